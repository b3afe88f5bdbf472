"""The table of people and their birthdays, by name and by day of birth."""

from shared.dynamo import Item, Table, table

# By the month of birth, and by the day of birth with the key of the name: "25#ada"
BY_MONTH = "by-month"
DAY_END, AFTER_NAMES = "#", "$"


def birthdays_table() -> Table:
    return table("BIRTHDAYS_TABLE", "name")


def born(first: str, last: str, limit: int, after: str = "") -> list[Item]:
    """People born from one day to another of a month, MM-DD, in order of the day and the name.

    On the first day those behind the key `after` of a name.
    """
    month, start = first.split("-")
    values = {
        ":month": month,
        # no key is between a name's and the same with the least character behind it
        ":start": f"{start}{DAY_END}{after}\0" if after else start,
        ":end": f"{last[-2:]}{AFTER_NAMES}",
    }
    return (
        birthdays_table()
        .query(
            "born_month = :month AND born_day BETWEEN :start AND :end",
            values,
            index=BY_MONTH,
            limit=limit,
        )
        .items
    )
