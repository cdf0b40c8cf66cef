"""A page of a duty log: the minutes around Giao thừa. What is full is not lost, and nobody works on the network."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitord.desk.windows import WindowRefused
from monitord.domain.health import Cause, Health
from monitord.domain.network import Target
from monitord.domain.window import WindowKind
from monitord.settings.model import Settings, SeverityRule
from tests.support.night import Night, example

LOAD = "cr-1/interface_load/ge-0/0/9"
"""The way to the Internet, near the fireworks: it is on the watch list of the night."""


def watched() -> Settings:
    """Return the example with the load of a way looked at; a congestion tonight is grave."""
    settings = example()
    device = settings.devices["cr-1"]
    load = Target(LOAD, "cr-1", "interface_load", "ge-0/0/9", None, 2, title="Hướng Internet quốc tế")
    rule = SeverityRule("nghen", 2, check="interface_load")
    devices = {**settings.devices, "cr-1": replace(device, targets=(*device.targets, load))}
    return replace(settings, devices=devices, severity_rules=(rule,))


async def test_at_giao_thua_a_full_line_is_called_full_and_no_maintenance_begins(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        shift = night.everybody_on("shift")[0]
        await night.window(WindowKind.FREEZE, minutes=240)
        with pytest.raises(WindowRefused):
            await night.window(WindowKind.MAINTENANCE, minutes=60, devices=("cr-1",))
        await night.passes(minutes=123)  # 00:03
        edge = replace(night.edge(LOAD, Health.DEGRADED), cause=Cause.CONGESTED, detail="91 %")
        await night.takes(edge)
        await night.passes(minutes=1)
        texts = [g.text for g in night.got if g.person == shift and g.channel == "telegram"]
        assert len(texts) == 1
        for line in (
            "🔴 SỰ CỐ MỚI · Mức 2 – Cao · SC-0602-001",
            "NGHẼN, TẢI CAO: Bộ định tuyến lõi 1 – Sông Mẫu – Hướng Internet quốc tế (ge-0/0/9)",
            "• Từ khoảng 00:03 Thứ Bảy 06/02/2027 (mùng 1 tháng Giêng)",
            "không thao tác bảo dưỡng",
        ):
            assert line in texts[0], texts[0]
        assert not [g for g in night.got if "MẤT LIÊN LẠC" in g.text]
