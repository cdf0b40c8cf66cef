"""Letters as bytes, and what a reply says and proves. No network: what arrives is tested elsewhere."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.domain.document import Document
from monitord.domain.notice import Message
from monitord.domain.safe import clean
from monitord.tell.mail.letter import SUBJECT, Letterhead, answer, letter
from monitord.tell.mail.reply import Ignored, key_of, read_head, read_text
from tests.tell.benches.mail import DESK, PERSON, reply_to, text_of

HEAD = Letterhead(DESK, "Bàn trực Trà Vinh", b"key")
AT = datetime(2026, 2, 1, 20, 0, tzinfo=UTC)
TEXT = "🔴 SỰ CỐ MỚI · Mức 2 – Cao · SC-0602-004\nMẤT LIÊN LẠC: OLT Tiểu Cần 01"


def written(
    text: str = TEXT,
    to: str = PERSON,
    head: Letterhead = HEAD,
    code: str = "SC-0602-004",
    once: str = "a1",
    notice: int = 17,
    document: Document | None = None,
) -> EmailMessage:
    """A letter as its reader's program sees it, after every line was found to be as RFC 5322 wants it."""
    number, raw = letter(head, Message(notice, to, text, code=code, once=once, document=document), AT)
    assert raw.isascii()
    assert all(line.endswith(b"\r\n") and len(line) <= 1000 for line in raw.splitlines(keepends=True)[:-1])
    assert raw.count(b"\n") == raw.count(b"\r\n")
    read = message_from_bytes(raw, policy=policy.default)
    assert isinstance(read, EmailMessage)
    assert read["Message-ID"] == number
    return read


# --- the letter -----------------------------------------------------------------------------------------------------

FIELDS = {
    "Content-Type",
    "MIME-Version",
    "Subject",
    "From",
    "To",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
}


def test_a_letter_says_that_a_machine_wrote_it_and_when() -> None:
    read = written()
    assert set(read.keys()) == FIELDS
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["X-Auto-Response-Suppress"] == "All"
    assert read["Date"].datetime == AT


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400), st.text(max_size=80), st.text(max_size=60))
def test_no_text_name_or_code_makes_a_field_of_its_own_and_every_word_arrives(text: str, name: str, code: str) -> None:
    read = written(text, head=Letterhead(DESK, name, b"key"), code=code)
    assert set(read.keys()) - {"In-Reply-To", "References"} == FIELDS - {"In-Reply-To", "References"}
    assert [each.addr_spec for each in read["From"].addresses] == [DESK]
    assert len(read["Subject"]) <= SUBJECT
    shown = [line for line in text.splitlines() if line.strip()]
    for line in shown:
        if line.isprintable():
            assert line.strip() in text_of(read)
            break


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from('Sự cố ổn 🔴 — 𝒳 =?utf-8?q? ,"<>'), min_size=1, max_size=200))
def test_the_first_line_is_the_subject_letter_by_letter(line: str) -> None:
    wanted = clean(line, SUBJECT)
    if wanted and "=?" not in wanted:  # what looks encoded is somebody's joke
        assert written(line + "\nthe rest")["Subject"] == wanted


@pytest.mark.parametrize(
    "text", ["OLT\r\nBcc: everybody@vnpt.vn\r\n\r\nx", "OLT\nBcc: x@y.vn", "a\x0bBcc: x@y.vn", "a\u2028Bcc: x@y.vn"]
)
def test_a_line_break_in_a_name_of_a_device_is_no_field(text: str) -> None:
    read = written(text)
    assert read["Bcc"] is None
    assert "everybody" not in str(read["Subject"])
    assert set(read.keys()) == FIELDS


def test_the_letters_of_one_incident_hang_on_one_reference() -> None:
    first, second, other = written(once="a"), written("ĐÃ KHÔI PHỤC", once="b"), written(code="SC-0602-005", once="c")
    assert first["References"] == second["References"] == first["In-Reply-To"] == "<desk.SC-0602-004@vnpt.vn>"
    assert other["References"] == "<desk.SC-0602-005@vnpt.vn>"
    assert first["Message-ID"] != second["Message-ID"]
    assert written(code="")["References"] is None


def test_a_repetition_is_the_same_letter_and_nothing_else_is() -> None:
    number = written()["Message-ID"]
    assert written("🔁 " + TEXT)["Message-ID"] == number
    assert written(once="of another database")["Message-ID"] != number
    assert written(to="binh@vnpt.vn")["Message-ID"] != number
    assert written(once="", notice=0)["Message-ID"] != written(once="", notice=0)["Message-ID"]


def test_the_page_shows_the_text_as_it_is_and_fetches_nothing() -> None:
    page = text_of(written("OLT <b>x</b> & 'y'\n<script>alert(1)</script>\n\n{head} http://x.vn/"), "html")
    assert "<h1" in page
    assert "OLT &lt;b&gt;x&lt;/b&gt; &amp; &#x27;y&#x27;</h1>" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>\n<br>\n{head} http://x.vn/</p>" in page
    assert not any(word in page for word in ("<script", "src=", "href=", "url(", "<img", "<link", "@import"))


def test_half_a_character_and_a_text_without_any_make_a_letter() -> None:
    assert text_of(written("Sự cố \ud83d\x00")) == "Sự cố "
    assert written("")["Subject"] == "Bàn trực Trà Vinh"


@pytest.mark.parametrize(
    ("name", "arrives"),
    [
        ("DR-1109-004 điểm mất liên lạc.csv", "DR-1109-004 điểm mất liên lạc.csv"),
        ('a"b\r\nBcc: x@y.vn;.xlsx', 'a"b Bcc: x@y.vn;.xlsx'),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("ổ" * 300 + ".csv", "ổ" * 75 + "….csv"),
    ],
)
def test_a_document_arrives_under_a_name_that_is_one(name: str, arrives: str) -> None:
    read = written(document=Document(name, b"\x00\xff"))
    (part,) = read.iter_attachments()
    assert part.get_filename() == arrives
    assert part.get_payload(decode=True) == b"\x00\xff"
    assert text_of(read) == TEXT
    assert "<h1" in text_of(read, "html")
    assert read["Bcc"] is None


# --- the proof ------------------------------------------------------------------------------------------------------

SENT = written()


def test_a_reply_is_its_sender_s_in_whatever_case_he_is_written() -> None:
    for sender in (PERSON, "An.Nguyen@VNPT.VN"):
        head = read_head(reply_to(SENT, "XN 004", sender), HEAD)
        assert head.sender == sender
        assert head.subject == f"Re: {SENT['Subject']}"
        assert head.thread[-2:] == (SENT["Message-ID"], head.message_id)


def test_one_of_the_two_fields_is_enough() -> None:
    assert read_head(reply_to(SENT, "XN 004", In_Reply_To=None), HEAD).sender == PERSON
    assert read_head(reply_to(SENT, "XN 004", References=None), HEAD).sender == PERSON


_OTHERS: dict[str, Callable[[], bytes]] = {
    "a forged sender without a letter": lambda: reply_to(SENT, "XN 004", References=None, In_Reply_To=None),
    "a forged sender with an invented token": lambda: reply_to(
        SENT, "XN 004", References=None, In_Reply_To="<n17-c0ffee.0123456789abcdef@vnpt.vn>"
    ),
    "a forged sender with his own letter": lambda: reply_to(written(to="binh@vnpt.vn"), "XN 004", PERSON),
    "the letter of another desk": lambda: reply_to(written(head=Letterhead(DESK, "", b"another key")), "XN 004"),
    "the same token with another number": lambda: reply_to(
        SENT, "XN 004", References=None, In_Reply_To=str(SENT["Message-ID"]).replace("<n17", "<n18")
    ),
    "two senders in one field": lambda: reply_to(SENT, "XN 004", From=f"{PERSON}, binh@vnpt.vn"),
    "no sender": lambda: reply_to(SENT, "XN 004", From=None),
    "two fields of senders": lambda: b"From: binh@vnpt.vn\r\n" + reply_to(SENT, "XN 004"),
    "only the incident's own reference": lambda: reply_to(
        SENT, "XN 004", In_Reply_To=None, References="<desk.SC-0602-004@vnpt.vn>"
    ),
}


@pytest.mark.parametrize("case", _OTHERS)
def test_who_does_not_prove_to_have_got_a_letter_is_a_stranger(case: str) -> None:
    with pytest.raises(Ignored):
        read_head(_OTHERS[case](), HEAD)


@pytest.mark.parametrize(
    "field",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "Auto-Generated (vacation); owner-email=x"},
        {"Precedence": "Bulk"},
        {"Precedence": "auto_reply"},
        {"Return_Path": "<>"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "Nghỉ phép"},
    ],
)
def test_what_a_machine_wrote_is_no_reply_even_with_a_token(field: dict[str, str]) -> None:
    with pytest.raises(Ignored, match="machine"):
        read_head(reply_to(SENT, "XN 004", **field), HEAD)


def test_a_bounce_is_no_reply() -> None:
    report = MIMEMultipart("report")
    report["From"], report["References"] = PERSON, SENT["Message-ID"]
    with pytest.raises(Ignored, match="machine"):
        read_head(report.as_bytes(), HEAD)


def test_a_person_may_say_that_no_machine_wrote_it() -> None:
    assert read_head(reply_to(SENT, "XN 004", Auto_Submitted="no", Precedence="normal"), HEAD).sender == PERSON


def test_an_answer_hangs_on_the_reply_and_can_be_answered_itself() -> None:
    head = read_head(reply_to(SENT, "XN 004"), HEAD)
    number, raw = answer(HEAD, PERSON, "Đã ghi nhận", "key", head.subject, head.thread, AT)
    read = message_from_bytes(raw, policy=policy.default)
    assert isinstance(read, EmailMessage)
    assert read["In-Reply-To"] == head.message_id
    assert read["References"].split() == [SENT["References"], SENT["Message-ID"], head.message_id]
    assert read["Auto-Submitted"] == "auto-replied"
    assert read["Subject"] == f"Re: {SENT['Subject']}"
    assert read["Message-ID"] == number
    assert read_head(reply_to(read, "TT"), HEAD).sender == PERSON
    with pytest.raises(Ignored):
        read_head(raw, HEAD)


def test_a_thread_without_end_does_not_make_a_letter_without_end() -> None:
    ids = " ".join(f"<{number}@{'x' * 200}.vn>" for number in range(2000))
    head = read_head(reply_to(SENT, "XN 004", References=f"{ids} {SENT['Message-ID']}"), HEAD)
    raw = answer(HEAD, PERSON, "Đã ghi nhận", "key", head.subject, head.thread, AT)[1]
    assert len(raw) < 8_000
    assert all(len(line) <= 998 for line in raw.splitlines())


def test_a_letter_has_one_key_however_often_it_is_read_and_another_text_another() -> None:
    first = reply_to(SENT, "XN 004", Message_ID="<1@x>")
    again, other = reply_to(SENT, "XN 004", Message_ID="<1@x>"), reply_to(SENT, "CC 004", Message_ID="<1@x>")
    keys = {key_of(read_head(raw, HEAD), raw, "1.2") for raw in (first, again, other)}
    assert len(keys) == 2
    assert all(len(key) == 64 for key in keys)
    nameless = reply_to(SENT, "XN 004", Message_ID=None)
    assert key_of(read_head(nameless, HEAD), nameless, "1.2") == "1.2"


# --- the words ------------------------------------------------------------------------------------------------------

STYLES = {
    "above the quote": ("XN 004\n\nOn Mon, Feb 2, 2026 at 3:00 AM An <x@y.vn> wrote:\n> SỰ CỐ\n", "XN 004"),
    "below the quote": ("On Mon, Feb 2, 2026 at 3:00 AM An <x@y.vn> wrote:\n> SỰ CỐ\n>> x\n\nXN 004\n", "XN 004"),
    "below a quote that is told in two lines": (
        "Vào Th 2, 2 thg 2, 2026 vào lúc 03:00 Bàn trực Trà Vinh\n<truc.ca@vnpt.vn> đã viết:\n\n> SỰ CỐ\n\nXN 004",
        "XN 004",
    ),
    "between two quotes": ("> SỰ CỐ\nXN 004\n> Trạm", "XN 004"),
    "right above who wrote": ("XN 004\nOn Mon, 2 Feb An wrote:\n> x", "XN 004"),
    "Outlook": ("XN 004\n\n________________________________\nFrom: Bàn trực <x@y.vn>\nSent: Monday\n", "XN 004"),
    "Outlook in Vietnamese": ("Từ: Bàn trực <x@y.vn>\nĐã gửi: 02/02/2026\nXN 004", ""),
    "only a quote": ("-----Original Message-----\nXN 004", ""),
    "only a signature": ("-- \nNguyễn Văn An\nXN 004", ""),
    "several lines": ("\n\n  NN 004 đứt cáp\nđang xử lý", "NN 004 đứt cáp"),
    "a colon that quotes nothing": ("NN 004 nguyên nhân:\nđứt cáp", "NN 004 nguyên nhân:"),
    "nothing": ("  \n\n", ""),
}


@pytest.mark.parametrize("case", STYLES)
def test_the_first_line_that_was_written_is_the_text(case: str) -> None:
    text, wanted = STYLES[case]
    read_as(MIMEText(text, "plain", "utf-8").as_bytes(), wanted)


def read_as(raw: bytes, wanted: str) -> None:
    if wanted:
        assert read_text(raw) == wanted
    else:
        with pytest.raises(Ignored, match="nothing"):
            read_text(raw)


PAGES = {
    "<html><head><title>x</title><style>p {}</style></head><body><p>XN&nbsp;004</p><p>y</p></body></html>": "XN 004",
    "<html><head><meta charset=utf-8><body>XN 004<br>y": "XN 004",
    "<div><b>NN</b> 004 đứt &lt;cáp&gt;</div><div class='gmail_quote'>CC 004</div>": "NN 004 đứt <cáp>",
    "<blockquote>CC 004</blockquote><p>XN 004</p>": "XN 004",
    "<div id='x_divRplyFwdMsg'>From: x</div><p>CC 004</p>": "",
    "<script>CC 004</script><!-- CC 005 -->": "",
    "<blockquote>CC 001<blockquote>CC 002</blockquote>CC 003</blockquote>XN 004": "XN 004",
    "<!DOCTYPE html><?xml x?>XN 004 a < b &amp;<br/>": "XN 004 a < b &",
    "<style>p { content: '</p>' }</style\n>XN 004": "XN 004",
}


@pytest.mark.parametrize("page", PAGES)
def test_a_reply_that_is_only_a_page_is_read_without_its_marks(page: str) -> None:
    read_as(MIMEText(page, "html", "utf-8").as_bytes(), PAGES[page])


CHARSETS = {
    "latin": (b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nNN 004 caf\xe9", "NN 004 café"),
    "unknown": (b"Content-Type: text/plain; charset=x-none\r\n\r\nNN 004 \xc4\x91", "NN 004 đ"),
    "no text encoding": (b"Content-Type: text/plain; charset=zlib\r\n\r\nNN 004", "NN 004"),
    "none at all": (b"\r\nNN 004 \xc4\x91\xff", "NN 004 đ�"),
    "quoted-printable": (
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nNN 004 =C4=91",
        "NN 004 đ",
    ),
    "wrong base64": (b"Content-Transfer-Encoding: base64\r\n\r\n!", ""),
    "flowed": (
        b"Content-Type: text/plain; format=flowed\r\n\r\nNN 004 one \r\ntwo \r\nthree\r\nfour",
        "NN 004 one two three",
    ),
    "flowed under a quote": (b"Content-Type: text/plain; format=flowed\r\n\r\n> one \r\nXN 004", "XN 004"),
}


@pytest.mark.parametrize("case", CHARSETS)
def test_the_text_is_read_in_its_charset_and_transfer_encoding(case: str) -> None:
    raw, wanted = CHARSETS[case]
    read_as(raw, wanted)


def test_the_plain_text_goes_before_the_page_and_what_is_attached_is_not_read() -> None:
    mail = MIMEMultipart("mixed")
    attached = MIMEText("CC 001", "plain", "utf-8")
    attached["Content-Disposition"] = "attachment; filename=x.txt"
    mail.attach(attached)
    both = MIMEMultipart("alternative")
    both.attach(MIMEText("<p>CC 002</p>", "html", "utf-8"))
    both.attach(MIMEText("XN 004", "plain", "utf-8"))
    mail.attach(both)
    assert read_text(mail.as_bytes()) == "XN 004"


def test_a_text_is_one_clean_line_of_500_characters_at_most() -> None:
    text = read_text(MIMEText("NN 004 \x1b[31m\u202ex" + "y" * 5000, "plain", "utf-8").as_bytes())
    assert len(text) == 500
    assert text.isprintable()


NESTED = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(4000))


@pytest.mark.parametrize(
    "raw",
    [
        NESTED[:262_144],
        b"Content-Type: text/html\r\n\r\n" + b"<" * 200_000,
        b"Content-Type: text/html\r\n\r\n" + b"<!--" * 50_000,
        b"Content-Type: text/html\r\n\r\n" + b"<a " * 60_000,
        b"\r\n" + b">\r\n" * 80_000,
        b"\r\n" + b"a:\r\n" * 60_000,
    ],
    ids=["nested", "brackets", "comments", "tags", "quotes", "colons"],
)
def test_a_letter_made_to_keep_us_busy_does_not(raw: bytes) -> None:
    # Within pytest's patience; the figure is in the report of --durations.
    with contextlib.suppress(Ignored):
        assert len(read_text(raw)) <= 500


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000))
def test_whatever_comes_is_read_or_left_aside(raw: bytes) -> None:
    for read in (lambda: read_head(raw, HEAD), lambda: read_text(raw)):
        with contextlib.suppress(Ignored):
            read()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["From", "References", "In-Reply-To", "Message-ID", "Subject", "Content-Type", "Precedence"]
            ),
            st.text(max_size=60),
        ),
        max_size=6,
    )
)
def test_no_field_written_by_a_stranger_makes_him_somebody(fields: list[tuple[str, str]]) -> None:
    raw = "".join(f"{name}: {value}\r\n" for name, value in fields).encode("utf-8", "surrogatepass") + b"\r\nXN 004"
    with pytest.raises(Ignored):
        read_head(raw, HEAD)
