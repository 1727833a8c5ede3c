"""The all-staff rota over HTTP."""

from typing import Final

from services.regions.rota.endpoints import ledger, rotas, rounds

# Turns come first: a rota's key would be asked for in their place.
ROUTERS: Final = (rounds.turns, rotas.router, rounds.router, ledger.router)
