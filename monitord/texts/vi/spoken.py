"""The words of calls in Vietnamese."""

from monitord.texts.spoken import Speaker, SpokenWords
from monitord.texts.vi import letters, phrases, reach

WORDS = SpokenWords(
    leader="Kính báo cáo {form}.",
    greeting="Đây là hệ thống trực của {unit}.",
    drill="Đây là diễn tập, không phải sự cố thật.",
    repeat="Tin này có thể đã được báo trước đó.",
    incident="Sự cố mức {severity}, số {number}: {what}.",
    security={
        False: "Có sự cố an ninh, an toàn, số {number}: {lane}. Nội dung trao đổi tại bàn trực.",
        True: "Có nghi vấn, số {number}: {lane}. Nội dung trao đổi tại bàn trực.",
    },
    since="Từ {at}, đã {lasted}.",
    approval="Đã đến hạn báo cáo {to}, xin {form} cho ý kiến.",
    call="Đề nghị gọi điện cho {to}, số {phone}.",
    untaken="Chưa có người tiếp nhận.",
    taken="{who} đã tiếp nhận lúc {at}.",
    back="Đã hoạt động lại lúc {at}.",
    storm="Đến {at} mất liên lạc {lost} trên {every} điểm.",
    key="Bấm phím {digit}: {what}.",
    does={
        "XN": "tiếp nhận",
        "DN": "đã nhận thông tin",
        "DUYET": "duyệt gửi báo cáo",
        "KHONGGOI": "không gọi nữa, trừ sự cố mức 1",
    },
    again="nghe lại",
    connect="nối máy trực ca",
)
SPEAKER = Speaker(WORDS, phrases, lambda story: reach.reach(story) or "", letters.message)
