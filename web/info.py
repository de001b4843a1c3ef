"""What every page is told about the house before anything else; it needs no store."""

import msgspec

from chat.protocol import SUBPROTOCOL, Helpline
from config import catalogue
from config.settings import Settings


def helplines(country: str) -> list[Helpline]:
    """Return the helplines of a country, the emergency number first."""
    where = catalogue.country(country or catalogue.ANYWHERE)
    lines = [
        Helpline(
            name=line.name,
            phone=line.phone,
            sms=line.sms,
            url=line.url,
            hours=line.hours,
            languages=list(line.languages),
        )
        for line in where.helplines
    ]
    if where.emergency:
        lines.insert(0, Helpline(name="", phone=where.emergency, emergency=True))
    return lines


def info(settings: Settings) -> bytes:
    """Return the JSON of `/api/info`."""
    known = catalogue.languages()
    service = settings.service
    facts: dict[str, object] = {
        "name": service.name,
        "demo": settings.demo.on,
        "open": service.open,
        "hours": service.hours,
        "languages": [
            {"id": id_, "name": known[id_].name, "dir": known[id_].dir} for id_ in service.languages
        ],
        "topics": [{"id": topic.id} for topic in catalogue.topics()],
        "countries": [
            {"id": id_, "name": country.name} for id_, country in catalogue.countries().items()
        ],
        "country": service.country,
        "helplines": {
            id_: {
                "emergency": country.emergency,
                "helplines": helplines(id_)[1:] if country.emergency else helplines(id_),
            }
            for id_, country in catalogue.countries().items()
        },
        "quick_exit": settings.web.quick_exit,
        "retention_hours": service.retention_hours,
        "protocol": SUBPROTOCOL,
    }
    return msgspec.json.encode(facts)
