"""The API's description names the method of the index."""

from apps.ciapol.api.app import DESCRIPTION
from apps.ciapol.api.models import Station


def test_the_description_names_averages_minimum_data_and_conversion() -> None:
    for words in ("NowCast over 12 hours", "6 of 8", "75 %", "1013.25 hPa", "`reference_temperature`", "AirNow"):
        assert words in DESCRIPTION
    assert "°C" in str(Station.model_fields["reference_temperature"].description)
