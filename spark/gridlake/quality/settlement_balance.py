"""A settlement run adds up: to the readings it was made from, and to the grid's infeed in every interval."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from gridlake.catalog.obis import EXPORT, IMPORT
from gridlake.errors import SettlementBalanceError
from gridlake.settlement.export import Line, Loss


def check_sums(lines: Iterable[Line], losses: Iterable[Loss], energy_wh: Mapping[str, int], infeed_wh: int) -> None:
    """Refuse lines that do not hold exactly the energy of the readings: something was left out, or counted twice."""
    settled = Counter[str]()
    for line in lines:
        settled[line.register] += sum(line.values)
    found, wanted = ({register: energy for register, energy in of.items() if energy} for of in (settled, energy_wh))
    if found != wanted:
        raise _broken(f"the lines hold {found} Wh by register, the readings {wanted}")
    delivered = sum(sum(loss.infeed) for loss in losses)
    if delivered != infeed_wh:
        raise _broken(f"the balances hold an infeed of {delivered} Wh, the transformers' readings {infeed_wh}")


def check_balance(lines: Iterable[Line], losses: Iterable[Loss]) -> None:
    """Refuse a run in which an area's infeed is not its groups' net use and the difference, interval by interval."""
    groups: dict[tuple[str, date], dict[str, list[Sequence[int]]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        groups[line.area, line.local_day][line.register].append(line.values)
    balanced = set()
    for loss in losses:
        balanced.add((loss.area, loss.local_day))
        of_day = groups.get((loss.area, loss.local_day), {})
        for position, infeed in enumerate(loss.infeed):
            drawn, fed_in = (
                sum(values[position] for values in of_day.get(register, [])) for register in (IMPORT, EXPORT)
            )
            if infeed != drawn - fed_in + loss.difference[position]:
                raise _broken(
                    f"area {loss.area}, {loss.local_day}, interval {position}: infeed {infeed} Wh, but groups drew "
                    f"{drawn}, fed in {fed_in}, and the difference is {loss.difference[position]}"
                )
    if missing := sorted(set(groups) - balanced):
        raise _broken(f"{len(missing)} area days have lines and no balance, the first is {missing[0]}")


def _broken(finding: str) -> SettlementBalanceError:
    return SettlementBalanceError(
        f"{finding}. Nothing counts of this run; this is a defect of the settlement, report it with the run id."
    )
