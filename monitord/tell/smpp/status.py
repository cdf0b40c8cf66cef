"""What the answer to a submit_sm means: the command_status of SMPP 3.4, section 5.1.3, and the next move."""

from datetime import datetime, timedelta

from smpplib import consts  # type: ignore[import-untyped]

from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from monitord.domain.safe import clean
from monitord.tell.smpp.pdu import Pdu, said

BUSY_WAIT = timedelta(seconds=5)
"""The wait after the centre had no room for us."""
REJECTED_WAIT = timedelta(seconds=60)
"""The wait after a refusal that somebody has to mend: our settings there or here."""
LONGEST_REF = 64
"""Characters of a message_id (section 5.2.23)."""

NOT_BOUND: int = consts.SMPP_ESME_RINVBNDSTS
"""The centre has forgotten our session."""
BUSY = frozenset({consts.SMPP_ESME_RTHROTTLED, consts.SMPP_ESME_RMSGQFUL})
NO_SUCH_NUMBER = frozenset({consts.SMPP_ESME_RINVDSTADR})
OURS_TO_MEND = frozenset(
    {
        consts.SMPP_ESME_RINVMSGLEN,
        consts.SMPP_ESME_RINVCMDLEN,
        consts.SMPP_ESME_RINVCMDID,
        consts.SMPP_ESME_RINVPRTFLG,
        consts.SMPP_ESME_RINVREGDLVFLG,
        consts.SMPP_ESME_RINVSRCADR,
        consts.SMPP_ESME_RINVPASWD,
        consts.SMPP_ESME_RINVSYSID,
        consts.SMPP_ESME_RINVSERTYP,
        consts.SMPP_ESME_RINVESMCLASS,
        consts.SMPP_ESME_RINVSRCTON,
        consts.SMPP_ESME_RINVSRCNPI,
        consts.SMPP_ESME_RINVDSTTON,
        consts.SMPP_ESME_RINVDSTNPI,
        consts.SMPP_ESME_RINVSYSTYP,
        consts.SMPP_ESME_RINVREPFLAG,
        consts.SMPP_ESME_RINVSCHED,
        consts.SMPP_ESME_RINVEXPIRY,
        consts.SMPP_ESME_RINVDFTMSGID,
        consts.SMPP_ESME_RINVOPTPARSTREAM,
        consts.SMPP_ESME_ROPTPARNOTALLWD,
        consts.SMPP_ESME_RINVPARLEN,
        consts.SMPP_ESME_RMISSINGOPTPARAM,
        consts.SMPP_ESME_RINVOPTPARAMVAL,
    }
)
"""Every text would be refused so: the number is not to blame."""


def judged(response: Pdu, now: datetime) -> Outcome:
    """Return what became of a text. Every status but 0 says that the centre did not take it."""
    detail = clean(said(response.status), 200)
    match response.status:
        case consts.SMPP_ESME_ROK:
            ref = clean(response.message_id, LONGEST_REF) or None
            return Outcome(Delivery.ACCEPTED, message_ref=ref, accepted_at=now)
        case status if status in BUSY:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.RATE_LIMITED, detail, retry_in=BUSY_WAIT)
        case status if status in NO_SUCH_NUMBER:
            return Outcome(Delivery.PERMANENT, DeliveryCause.NO_SUCH_CHAT, detail)
        case status if status in OURS_TO_MEND:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.REJECTED, detail, retry_in=REJECTED_WAIT)
        case _:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.SERVER_ERROR, detail)
