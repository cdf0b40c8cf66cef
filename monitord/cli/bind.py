"""`monitord bind`: a person's Telegram account by a code: given out, looked at, confirmed; or ended."""

from cyclopts import App

from monitord.cli.act import As, ask_daemon, asked_of_daemon
from monitord.cli.place import fail, folder_or_default, settings_at
from monitord.cli.reading import Config


def start(whom: str, *, person: As, config: Config = None) -> None:
    """Give out a code for a person, for ten minutes, to be sent to the bot in a private chat."""
    ask_daemon(settings_at(folder_or_default(config)), "bind_begin", whom=whom, person=person)


def show(whom: str, *, config: Config = None) -> None:
    """Show which account sent the code of a person."""
    claim = asked_of_daemon(settings_at(folder_or_default(config)), "bind_claim", whom=whom)
    if claim["account"] is None:
        print(f"{whom}: nobody has sent the code yet")
    else:
        print(f"{whom}: account {claim['account']}, which calls itself {claim['name'] or '(nothing)'}")


def confirm(whom: str, account: int, *, person: As, config: Config = None) -> None:
    """Bind the account that `show` names, once you know that it is that person's: ask him on the telephone."""
    if account <= 0:
        fail("an account is the number that `monitord bind show` prints", 1)
    settings = settings_at(folder_or_default(config))
    ask_daemon(settings, "bind_confirm", whom=whom, account=account, person=person)


def end(whom: str, *, person: As, config: Config = None) -> None:
    """End a binding: that account hears and presses nothing any more."""
    ask_daemon(settings_at(folder_or_default(config)), "bind_end", whom=whom, person=person)


def register(app: App) -> None:
    """Add the commands of this file."""
    group = App(name="bind", help="Telegram accounts of people, bound by a code.")
    for command in (start, show, confirm, end):
        group.command(command)
    app.command(group)
