"""Claims about runbooks and the verbs that they explain."""

import pytest

from gridlake_control.site.errors import SiteError
from gridlake_control.site.reference.operate import Playbook, Runbook, explaining, playbooks

TEXT = """# Title: and more
**Verb.** `make some`,
`ansible/playbooks/other.yml`

**When.** It is
time. Or not.

**Act.** `make wrong`
"""


def test_a_runbook_begins_with_its_verbs_and_its_occasion() -> None:
    book = Runbook.read("some.md", TEXT)
    assert (book.link, book.when) == ("[Title](some.md)", "It is\ntime")
    assert book.verbs == ("make some", "ansible/playbooks/other.yml")


def test_a_runbook_without_an_occasion_is_refused() -> None:
    with pytest.raises(SiteError, match=r"docs/runbooks/some\.md has no paragraph"):
        Runbook.read("some.md", TEXT.replace("When", "Then"))


def test_a_playbook_is_explained_by_its_own_name_or_by_its_target_and_not_by_mention() -> None:
    book = Runbook.read("some.md", TEXT)
    by_path = Playbook("ansible/playbooks/other.yml", "", (), ())
    by_target = Playbook("ansible/playbooks/x.yml", "", ("make some",), ())
    mentioned = Playbook("ansible/playbooks/y.yml", "", ("make wrong",), ())
    assert [bool(explaining(one, [book])) for one in (by_path, by_target, mentioned)] == [True, True, False]


def test_site_yml_is_started_by_make_cluster_and_has_its_plays() -> None:
    site = next(one for one in playbooks() if one.path == "ansible/site.yml")
    assert site.targets == ("make cluster",)
    assert ("HDFS", "namenode:secondary_namenode") in [
        (name, ":".join(hosts.split(":")[:2])) for name, hosts in site.plays
    ]
