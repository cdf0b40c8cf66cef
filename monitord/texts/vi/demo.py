"""What the demo says: its telephones, and the story in the terminal."""

DEMO = {
    # ---- the telephones ----
    "title": "Điện thoại của người trực (bản trình diễn)",
    "intro": "Mỗi khung là điện thoại của một người: tin nhắn đã đến, và các nút có thể bấm.",
    "desk": "Trang giám sát",
    "empty": "Chưa có tin nhắn nào.",
    "edited": "đã sửa",
    "reply": "trả lời tin trước",
    "earlier": "Nội dung trước khi sửa",
    "pressed": "Đã bấm",
    "answer": "Trả lời",
    "no_text": "(không có lời)",
    "messages": "tin",
    "skip": "Đến các điện thoại",
    "buttons_of": "Nút của tin nhắn lúc",
    "gone": "Nút này không còn nữa.",
    "foreign": "Yêu cầu không đến từ trang này.",
    "robot": "Tài khoản tự động (kiểm tra kênh)",
    "no_one": "Không có điện thoại này.",
    # ---- the story, told in the terminal ----
    "starting": "Đang dựng một tỉnh mô phỏng trên máy này (mất vài giây)…",
    "page": "Trang trực sự cố:",
    "phones": "Điện thoại của người trực:",
    "silent": "→ Chương trình diễn làm {device} im lặng.",
    "wait_for_press": "→ Mở trang điện thoại và bấm “{button}” khi muốn; chưa ai bấm thì hệ thống báo dần lên trên.",
    "presses": "→ {person} bấm “{button}”.",
    "mended": "→ Chương trình diễn cho {device} hoạt động lại.",
    "over": "→ Hết câu chuyện. Sau {wait} sẽ có sự cố mới; Ctrl-C để dừng.",
    "log_rows": "Nhật ký: {rows} dòng. {chain}.",
    "right": "Câu chuyện diễn ra đúng như lịch trực và quy trình báo cáo.",
    "wrong": "Câu chuyện diễn ra SAI:",
}
