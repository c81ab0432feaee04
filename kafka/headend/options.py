"""Options that several commands of the head-end share, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import click

from headend import loss_profile
from headend.faults import PROFILES, Fault
from headend.request import Arrivals

Command = Callable[..., None]


def world(command: Command) -> Command:
    """Which substations: one set of options describes one world in every command."""
    seed = click.option(
        "--seed", type=click.IntRange(0, 99_999), required=True, help="Which world: ids and values derive from it."
    )
    substations = click.option(
        "--substations",
        type=click.IntRange(1, 412),
        default=412,
        show_default=True,
        help="How many of the seed's 412 substations.",
    )
    losses = click.option(
        "--losses",
        type=click.Choice(loss_profile.names()),
        default=loss_profile.NONE,
        show_default=True,
        help="How the world departs from perfect metering; a seed is one world only under one profile.",
    )
    return seed(substations(losses(command)))


def window(*, matters: bool) -> Callable[[Command], Command]:
    """Which days; commands for which they do not matter accept them all the same."""
    note = "" if matters else " Does not matter here."
    days = click.option(
        "--days",
        type=click.IntRange(min=1),
        default=7,
        show_default=True,
        expose_value=matters,
        help=f"Local days.{note}",
    )
    start = click.option(
        "--start",
        type=click.DateTime(["%Y-%m-%d"]),
        default="2016-03-21",
        show_default=True,
        expose_value=matters,
        help=f"First local day; the default week ends with the day of 92 intervals.{note}",
    )
    return lambda command: days(start(command))


def _brokers(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if not re.fullmatch(r"[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*", value):
        raise click.BadParameter(f"{value!r} is no list of brokers; write host:port, several with commas between them")
    return value


bootstrap = click.option(
    "--bootstrap",
    callback=_brokers,
    envvar="HEADEND_BOOTSTRAP",
    required=True,
    help="Kafka brokers, host:port with commas. [HEADEND_BOOTSTRAP]",
)

faults = click.option(
    "--faults",
    default="none",
    show_default=True,
    help=f"Transport faults: a comma list of profiles ({', '.join(PROFILES)}), faults, and fault=rate."
    f" Faults: {', '.join(Fault)}.",
)

_INSTANT = click.DateTime(["%Y-%m-%dT%H:%M"])
arriving_from = click.option(
    "--arriving-from", type=_INSTANT, help="Only what arrives from this simulated instant on, UTC."
)
arriving_before = click.option(
    "--arriving-before", type=_INSTANT, help="Only what arrives before this simulated instant, UTC."
)


def arrivals(begin: datetime | None, end: datetime | None) -> Arrivals:
    """The stretch between two instants given as UTC without saying so."""
    return Arrivals(*(None if at is None else int(at.replace(tzinfo=UTC).timestamp()) for at in (begin, end)))
