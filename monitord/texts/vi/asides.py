"""What is said beside incidents, in Vietnamese: gaps in the roster, trouble with a channel or the disk, answers to a
press.
"""

from monitord.domain.notice import DeliveryCause
from monitord.texts import forms
from monitord.texts.story import AnchorSent, ChannelTrouble, DiskTrouble, Gap, Pressed, PressResult, Trouble
from monitord.texts.vi import names
from monitord.texts.vi.phrases import day, duration


def coverage(gap: Gap) -> str:
    """Return the text to the roster's owner."""
    at = f"{forms.clock(gap.at, gap.zone)} {day(gap.at, gap.zone)}"
    until = f", đến {forms.instant(gap.until, gap.zone)}" if gap.until else ""
    return forms.lines(
        f"❗ TRỐNG CA – {gap.role}".upper() + (f" · {gap.code}" if gap.code else ""),
        f"Gửi {gap.address_form} phụ trách lịch trực {gap.unit_name}:",
        f"• Lúc {at}{until}: không tìm được ai để báo cho {gap.role}",
        "• Lịch trực chưa có người, hoặc người trực chưa có địa chỉ nhận tin",
        f"• Đã báo thay: {gap.instead}" if gap.instead else None,
        "Đề nghị bổ sung lịch trực, hoặc gọi điện cho người trực ngay nếu đang có sự cố.",
    )


def channel_trouble(trouble: ChannelTrouble) -> str:
    """Return the text to an administrator."""
    channel = names.CHANNEL.get(trouble.channel, trouble.channel)
    lasting = f"• Từ {forms.instant(trouble.since, trouble.zone)}, đã {duration(trouble.now - trouble.since)}"
    cause = None
    if trouble.cause is not DeliveryCause.FINE:
        detail = f" ({trouble.detail})" if trouble.detail else ""
        cause = f"• Nguyên nhân: {names.DELIVERY_CAUSE[trouble.cause]}{detail}"
    waiting = f"• {forms.number(trouble.waiting, '.')} tin đang chờ gửi" if trouble.waiting else None
    match trouble.trouble:
        case Trouble.BINDING:
            return forms.lines(
                f"⚠️ KHÔNG BÁO ĐƯỢC CHO {trouble.person or 'một người'} qua {channel}",
                lasting,
                cause,
                "Đã thử báo bằng kênh khác hoặc báo người thay, nếu có.",
                "Đề nghị liên hệ người này để nhận tin trở lại.",
            )
        case Trouble.CONFLICT:
            return forms.lines(
                f"⚠️ NƠI KHÁC ĐANG DÙNG MÃ BOT {channel}",
                lasting,
                "• Hậu quả: người trực bấm nút có thể không được ghi nhận",
                "Đề nghị kiểm tra có hai hệ thống cùng chạy không; nếu không, đổi mã bot ngay.",
            )
        case Trouble.WORKS_AGAIN:
            return forms.lines(
                f"🟢 KÊNH {channel} HOẠT ĐỘNG LẠI",
                f"• Gián đoạn từ {forms.instant(trouble.since, trouble.zone)}, "
                f"tổng {duration(trouble.now - trouble.since)}",
                waiting,
            )
        case Trouble.LOW:
            return forms.lines(
                f"⚠️ SẮP HẾT TIỀN CỦA {channel}: CÒN {forms.number(int(trouble.left or 0), '.')}",
                f"• Theo tin trả lời của nhà mạng lúc {forms.instant(trouble.since, trouble.zone)}",
                "Đề nghị nạp tiền cho SIM: hết tiền thì không tin nào gửi được.",
            )
        case Trouble.BROKEN:
            return forms.lines(
                f"🛑 KÊNH {channel} KHÔNG GỬI ĐƯỢC TIN",
                lasting,
                cause,
                waiting,
                "Đề nghị kiểm tra đường truyền và cấu hình kênh; trực điện thoại cho đến khi kênh hoạt động lại.",
            )


def disk_full(trouble: DiskTrouble) -> str:
    """Return the text to an administrator."""
    free = forms.size(trouble.free, ",")
    at = forms.instant(trouble.at, trouble.zone)
    if trouble.written:
        return forms.lines(
            f"⚠️ ĐĨA SẮP ĐẦY · còn {free}",
            f"• Lúc {at}; hệ thống vẫn ghi được nhật ký",
            "Đề nghị dọn đĩa trong hôm nay.",
        )
    return forms.lines(
        f"🛑 ĐĨA ĐẦY · còn {free}",
        f"• Từ {at} hệ thống không ghi được nhật ký, nên không mở và không báo được sự cố mới",
        "Đề nghị dọn đĩa ngay; trực điện thoại cho đến khi hệ thống ghi lại được.",
    )


def anchor(sent: AnchorSent) -> str:
    """Return the text to who keeps anchors. Its line is not touched: it is read by a machine."""
    again = " (có thể trùng tin trước)" if sent.repeat else ""
    return forms.lines(
        f"🔏 MỐC XÁC THỰC NHẬT KÝ số {sent.number}{again}",
        f"• Lúc {forms.instant(sent.at, sent.zone)}, nhật ký có {forms.number(sent.count, '.')} dòng",
        sent.line,
        "Đề nghị giữ nguyên tin này, không cần trả lời: mốc chứng minh nhật ký không bị sửa, không bị cắt.",
    )


def press(pressed: Pressed) -> str:
    """Return the words for who pressed. A refusal tells nothing about the incident or about us."""
    code = pressed.code or "sự cố"
    name, to = (" ".join(one.split())[:60] or "người khác" for one in (pressed.name, pressed.to))
    who = f"{name} ({pressed.role})" if pressed.role else name
    call = f" Gọi: {to}" if pressed.to else ""
    at = ""
    if pressed.at is not None and pressed.zone is not None:
        at = f" lúc {forms.clock(pressed.at, pressed.zone, seconds=True)}"
    match pressed.result:
        case PressResult.TAKEN:
            return f"Đã ghi nhận: tiếp nhận {code}{at}. Dừng báo lên cấp trên."
        case PressResult.ALREADY_YOURS:
            return f"Đã ghi nhận từ trước: tiếp nhận {code}{at}."
        case PressResult.ALREADY_TAKEN:
            return f"{code} đã có {who} tiếp nhận{at}."
        case PressResult.ALREADY_OVER:
            return f"{code} đã khôi phục{at}, không cần thao tác nữa."
        case PressResult.NOTED:
            return f"Đã ghi nhận: đã nhận thông tin về {code}{at}. Vẫn cần người tiếp nhận xử lý."
        case PressResult.RUNG:
            return f"Đã nhắc trực ca tiếp nhận {code}{at}.{call}"
        case PressResult.RUNG_BEFORE:
            return f"{who} vừa nhắc trực ca tiếp nhận {code}{at}.{call}"
        case PressResult.NOT_RUNG:
            return f"Chưa nhắc được trực ca về {code} bằng tin.{call or ' Hãy gọi điện.'}"
        case PressResult.RECEIPT:
            return f"Cảm ơn. Đã ghi nhận: đã nhận báo cáo {code}{at}."
        case PressResult.SHIFT_TAKEN:
            return f"Đã ghi nhận{at}: nhận ca ({pressed.role})."
        case PressResult.SHIFT_TAKEN_BEFORE:
            return f"Ca này ({pressed.role}) đã được nhận từ trước{at}."
        case PressResult.DEADLINE_SENT:
            return f"Đã ghi nhận{at}: đã gửi {code}."
        case PressResult.DEADLINE_SENT_BEFORE:
            return f"{code}: đã ghi nhận gửi từ trước{at}."
        case PressResult.SHIFT_UNREAD:
            known = f"trả lời NC {forms.number_of(pressed.to)}" if pressed.to else "bấm nút ở tin mới"
            return f"Chưa nhận ca: {code} chưa ai tiếp nhận. Nhận ca, đã biết: {known}."
        case PressResult.SHIFT_GIVEN:
            return f"Đã ghi nhận{at}: giao ca ({pressed.role})."
        case PressResult.SHIFT_GIVEN_BEFORE:
            return f"{who} đã xác nhận giao ca từ trước{at}."
        case PressResult.NOT_CALLED:
            until = forms.clock(pressed.at, pressed.zone) if pressed.at and pressed.zone else ""
            return f"Đã ghi nhận: không gọi điện cho đồng chí đến {until}, trừ sự cố mức 1. Gõ GOILAI để được gọi lại."
        case PressResult.CALLED_AGAIN:
            return "Đã ghi nhận: khi cần, hệ thống lại gọi điện cho đồng chí."
        case PressResult.SWAP_TAKEN:
            return f"Đã ghi nhận{at}: nhận trực thay {name}. Lãnh đạo duyệt xong mới đổi lịch."
        case PressResult.SWAP_APPROVED:
            return f"Đã ghi nhận{at}: duyệt đổi ca, {to} trực thay {name}."
        case PressResult.SWAP_DECLINED:
            return f"Đã ghi nhận{at}: không đồng ý đổi ca; {name} vẫn trực."
        case PressResult.SWAP_OVER:
            return "Đề nghị đổi ca này đã có trả lời hoặc đã hết hạn, không cần thao tác nữa."
        case PressResult.SWAP_REFUSED:
            return (
                "Chưa đổi được ca: lịch trực đã thay đổi, đồng chí đã có ca trong giờ đó hoặc không được duyệt ca này."
            )
        case PressResult.NO_SHIFT:
            return "Không có ca nào đang chờ nhận."
        case PressResult.HEARD:
            return f"Cảm ơn. Kênh này hoạt động hai chiều{at}."
        case PressResult.APPROVED:
            to = f" cho {pressed.role}" if pressed.role else ""
            return f"Đã ghi nhận: duyệt gửi báo cáo {code}{to}{at}."
        case PressResult.ALREADY_APPROVED:
            return f"Báo cáo {code} đã được {who} duyệt{at}."
        case PressResult.DECLINED:
            role = f" cho {pressed.role}" if pressed.role else ""
            return f"Đã ghi: chưa báo cáo {code}{role}{at}; lý do: {to}. Đổi ý thì bấm Duyệt."
        case PressResult.ALREADY_DECLINED:
            return f"{who} đã quyết định chưa báo cáo {code}{at}."
        case PressResult.LISTED:
            return f"Danh sách {code} đang được gửi."
        case PressResult.CALLED:
            return f"Đã ghi: {code} đã gọi ứng cứu{at}."
        case PressResult.SNOOZED:
            return f"Sẽ nhắc lại {code}{at}. Chưa có người tiếp nhận thì vẫn báo lên cấp trên."
        case PressResult.ESCALATED:
            return f"Đã chuyển cấp {code}{at}: cấp tiếp theo được báo ngay."
        case PressResult.ALREADY_ESCALATED:
            return f"{code} vừa được chuyển cấp{at}; cấp tiếp theo đang được báo."
        case PressResult.NOT_REACHED:
            return f"Chưa hẹn được: hệ thống không có cách nào nhắc lại {name}."
        case PressResult.MENU:
            return "Chọn bên dưới tin này."
        case PressResult.OLD_MENU:
            return "Bảng chọn đã cũ; đã hiện bảng mới bên dưới tin, mời chọn lại."
        case PressResult.CLOSED_MENU:
            return "Đã đóng bảng chọn."
        case PressResult.HANDED:
            return f"Đã giao {code} cho {to}{at}. Chỉ chuyển khi người đó bấm Tiếp nhận; trước đó giữ nguyên."
        case PressResult.ALREADY_HANDED:
            return f"{code} vừa được {who} giao cho {to}{at}."
        case PressResult.CAUSE_NOTED:
            return f"Đã ghi nguyên nhân của {code}: {to}."
        case PressResult.CAUSE_NOTED_BEFORE:
            return f"{who} vừa ghi nguyên nhân của {code}{at}: {to}."
        case PressResult.CLOSED:
            return f"Đã đóng {code}{at}."
        case PressResult.CLOSE_PROPOSED:
            return f"Đã ghi đề nghị đóng {code}{at}; trực lãnh đạo bấm Đóng sự cố để duyệt."
        case PressResult.PROPOSED_BEFORE:
            return f"{who} vừa đề nghị đóng {code}{at}; chờ trực lãnh đạo duyệt."
        case PressResult.ALREADY_CLOSED:
            by = f"{who} " if pressed.name else ""
            return f"{code} đã được {by}đóng{at}, không cần thao tác nữa."
        case PressResult.STILL_DOWN:
            return (
                f"Chưa đóng được {code}: hệ thống chưa thấy hoạt động lại{at.replace(' lúc', ' từ')}. "
                "Khi thấy, hệ thống tự báo khôi phục; đóng bằng nút dưới tin đó."
            )
        case PressResult.NOT_CLOSED:
            return f"Chưa đóng được {code} bằng nút; hãy làm tại bàn trực."
        case PressResult.NOBODY_ELSE:
            return f"Chưa giao được {code}: lúc này không có ai khác đang trực mà hệ thống báo tới được; hãy gọi điện."
        case PressResult.PICTURED:
            return f"Hình của {code} đang được gửi{f' qua {to}' if pressed.to else ''}."
        case PressResult.NO_PICTURE:
            return f"{code} không có hình: sự cố an toàn, an ninh thì trao đổi trực tiếp; sự cố diện rộng có danh sách."
        case PressResult.PICTURE_NOT_HERE:
            return f"Kênh này không gửi được hình của {code}: xem trên Telegram, qua thư điện tử hoặc tại bàn trực."
        case PressResult.NOT_DRAWN:
            return f"Chưa vẽ được hình của {code}: cấu hình đã đổi hoặc ring quá lớn. Xem diễn biến tại bàn trực."
        case PressResult.CANARY:
            return "Đã ghi nhận: kênh hoạt động hai chiều."
        case PressResult.REFUSED:
            return "Nút này không dùng được với tài khoản này."
        case PressResult.UNKNOWN:
            return "Nút này không còn dùng được."
