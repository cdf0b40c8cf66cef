"""The words of short messages in Vietnamese. Marks stand here, and are taken off when the message is made."""

from monitord.domain.notice import Event
from monitord.domain.probable import Suspect
from monitord.texts.short import Shortener, ShortWords
from monitord.texts.vi import letters, phrases

WORDS = ShortWords(
    drill="DIỄN TẬP",
    grade="Mức ",
    repeat=" (có thể trùng tin trước)",
    late=" (trễ {late})",
    taken="ĐÃ TIẾP NHẬN: {who} lúc {at}",
    back="{over}: {target} lúc {at}",
    approval="XIN DUYỆT báo cáo {to}: {what}",
    call="CẦN GỌI {to}: {what}",
    security={
        False: "SỰ CỐ AN NINH, AN TOÀN: {lane}, {unit}. Nội dung: hỏi bàn trực",
        True: "NGHI VẤN: {lane}, {unit}. Nội dung: hỏi bàn trực",
    },
    since="từ",
    report="{unit} báo cáo: {what}",
    above="cấp trên",
    before={
        Event.REOPENED: "TÁI DIỄN ",
        Event.REMINDER: "NHẮC HẸN ",
        Event.ACK_EXPIRED: "QUÁ HẠN, CHƯA KHÔI PHỤC: ",
        Event.HANDED: "{by} GIAO XỬ LÝ: ",
        Event.TAKEN_AWAY: "{by} ĐÃ BÁO CẤP TRÊN: ",
        Event.URGED: "{noted} YÊU CẦU TIẾP NHẬN NGAY: ",
        Event.SENT_BACK: "{noted} ĐÃ BIẾT, CHƯA CÓ NGƯỜI TIẾP NHẬN: ",
    },
    escalated="CHUYỂN CẤP: ",
    storm="SỰ CỐ DIỆN RỘNG, đến {at} mất {lost}/{every} điểm",
    suspected={
        Suspect.BATTERY: "Nghi hết ắc quy",
        Suspect.MAINS: "Nghi mất điện lưới",
        Suspect.CUSTOMERS: "Nghi mất điện phía khách hàng",
        Suspect.FIBRE: "Nghi đứt cáp quang",
    },
    lost="Mất",
    stations="trạm",
    subscribers="TB",
    services="dịch vụ",
    take="tiếp nhận",
    approve="duyệt",
    write="Trả lời {word} {number} để {what}",
    leader="Trả lời DN {number}: đã nhận thông tin; XN {number}: tiếp nhận",
    not_here="Gọi bàn trực để {what}",
)
SHORTENER = Shortener(WORDS, phrases, letters.message)
