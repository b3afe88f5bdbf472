"""Lambda entry point of the greetings."""

from shared.http import Api

api = Api("greetings")
handler = api
