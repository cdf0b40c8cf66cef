"""The metrics page: clean for Prometheus, and of a size that does not grow with the network."""

import subprocess

from monitord.domain.edge import Firmness
from monitord.domain.health import Health
from monitord.domain.looking import Reach
from monitord.domain.notice import Delivery, DeliveryCause, Reading
from monitord.telemetry.metrics import DATAGRAMS, Metrics
from tests.support.commands import needs_command


def used() -> Metrics:
    """Return metrics in which everything was used once."""
    metrics = Metrics("0.1.0", channels=["telegram", "log"], commands=["edge", "take"])
    for reach in Reach:
        metrics.looked("snmp", reach, 0.02, 0.1)
        metrics.looked("page", reach, 0.02, 0.1)
    for health in Health:
        metrics.edge(health, Firmness.HARD, 1_771_000_000.0)
    metrics.committed(["edge", "take"], 0.01, 1_771_000_000.0)
    for outcome in Delivery:
        for cause in DeliveryCause:
            metrics.delivered("telegram", outcome, cause)
    metrics.show_outbox({"telegram": (3, 12.5)})
    metrics.show_incidents({1: 2})
    metrics.show_gaps([("vt", "shift"), ("vt", "leader")], {("vt", "shift"): (1, 0.0)})
    metrics.show_targets({Health.UP: 100})
    metrics.show_canary("telegram", 1_771_000_000.0, 2.5, 1)
    metrics.show_reading("telegram", Reading.SIGNAL, 42.0)
    metrics.show_reading("telegram", Reading.BALANCE, 25_000.0)
    metrics.show_datagrams(dict.fromkeys(DATAGRAMS, 7))
    return metrics


def samples(page: bytes) -> dict[str, float]:
    lines = [line for line in page.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_promtool_finds_nothing_to_say_about_the_page() -> None:
    promtool = needs_command("promtool")
    said = subprocess.run([promtool, "check", "metrics"], input=used().render(), capture_output=True, timeout=20)
    assert (said.returncode, said.stdout + said.stderr) == (0, b"")


def test_every_name_bears_the_daemons_name_and_the_page_stays_small() -> None:
    page = samples(used().render())
    assert all(name.startswith("monitord_") for name in page)
    assert len(page) < 300


def test_what_is_in_no_closed_set_makes_one_series_and_no_more() -> None:
    metrics = used()
    before = len(samples(metrics.render()))
    for number in range(500):
        metrics.delivered(f"channel-{number}", Delivery.ACCEPTED, DeliveryCause.FINE)
        metrics.committed([f"command-{number}"], 0.01, 0.0)
        metrics.looked(f"transport-{number}", Reach.ANSWERED, 0.0, 0.0)
        metrics.show_outbox({f"channel-{number}": (1, 1.0)})
        metrics.show_datagrams({f"event-{number}": 1})
    page = samples(metrics.render())
    assert len(page) == before + 3
    assert page['monitord_desk_commands_total{command="other"}'] == 500


def test_a_gauge_goes_back_to_nothing_when_its_group_is_left_out() -> None:
    metrics = used()
    metrics.show_outbox({})
    metrics.show_incidents({})
    metrics.show_targets({})
    page = samples(metrics.render())
    assert page['monitord_outbox_pending{channel="telegram"}'] == 0
    assert page['monitord_incidents_open{severity="1"}'] == 0
    assert page['monitord_targets{health="up"}'] == 0


def test_a_total_kept_elsewhere_is_followed_also_when_it_begins_anew() -> None:
    metrics = Metrics("0.1.0")
    for total in (5, 5, 9, 2):
        metrics.show_datagrams({"late": total})
    assert samples(metrics.render())['monitord_snmp_datagrams_total{event="late"}'] == 11


def test_a_number_that_cannot_be_fetched_does_not_take_the_page_with_it() -> None:
    metrics = Metrics("0.1.0")

    def broken() -> None:
        raise OSError("no database")

    metrics.before_render(broken)
    metrics.before_render(lambda: metrics.wal.set(4096))
    page = samples(metrics.render())
    assert page["monitord_metrics_fetch_failures_total"] == 1
    assert page["monitord_wal_bytes"] == 4096


def test_canaries_and_readings_stand_there_by_the_name_of_their_channel_alone() -> None:
    metrics = used()
    metrics.show_canary("pigeon", 0.0, 0.0, 7)
    shown = samples(metrics.render())
    name = "monitord_channel_canary"
    assert shown[name + '_last_success_timestamp_seconds{channel="telegram"}'] == 1_771_000_000.0
    assert shown[name + '_round_trip_seconds{channel="telegram"}'] == 2.5
    assert [shown[f'{name}_missed{{channel="{one}"}}'] for one in ("telegram", "other")] == [1, 7]
    assert shown['monitord_channel_signal_percent{channel="telegram"}'] == 42
    assert shown['monitord_channel_balance{channel="telegram"}'] == 25_000


def test_a_gap_is_shown_by_unit_and_duty_and_nothing_is_left_of_it_when_it_is_filled() -> None:
    metrics = Metrics("1")
    duties = [("vt", "shift"), ("vt", "leader")]
    metrics.show_gaps(duties, {("vt", "shift"): (1, 0.0), ("vt", "leader"): (0, 3600.0), ("gone", "shift"): (1, 0.0)})
    page = metrics.render().decode()
    assert 'monitord_duty_gap{duty="shift",unit="vt"} 1.0' in page
    assert 'monitord_duty_gap_ahead_seconds{duty="leader",unit="vt"} 3600.0' in page
    assert "gone" not in page
    metrics.show_gaps(duties, {})
    page = metrics.render().decode()
    assert 'monitord_duty_gap{duty="shift",unit="vt"} 0.0' in page
    assert "monitord_duty_gap_ahead_seconds{" not in page
