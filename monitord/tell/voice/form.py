"""Section `voice`: the unit's own telephone exchange, and the two programs that a call needs."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from monitord.settings.fields import Address, Duration, FolderPath, Port, SecretText, Text, between
from monitord.settings.form import SECOND, Form

Ring = Annotated[Duration, between(10 * SECOND, 45 * SECOND)]
User = Annotated[str, Field(pattern=r"^[A-Za-z0-9._+-]{1,64}$")]
Prefix = Annotated[str, Field(pattern=r"^[0-9*#]{0,8}$")]
VoiceName = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{1,12}){0,4}$")]


class VoiceForm(Form):
    """Section `voice`. `host` is the exchange (SIP, RFC 3261) and `user` our name there; with a `password` we register
    and log in. `name` is shown to who is called. `prefix` is dialled before a number for an outside line, `ring` how
    long it may ring. `tls` hides what is said to the exchange and does not prove who it is: baresip 1.0 takes any
    certificate. `voice` is one of `espeak-ng --voices`; `baresip` and `speaker` are the programs.
    """

    host: Address
    port: Port = 5060
    transport: Literal["udp", "tcp", "tls"] = "udp"
    user: User
    password: SecretText | None = None
    name: Text | None = None
    prefix: Prefix = ""
    ring: Ring = timedelta(seconds=30)
    baresip: FolderPath = "/usr/bin/baresip"
    speaker: FolderPath = "/usr/bin/espeak-ng"
    voice: VoiceName = "vi"
    codec: Literal["pcma", "pcmu"] = "pcma"
