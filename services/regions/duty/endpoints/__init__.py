"""Duty and dispatch over HTTP."""

from typing import Final

from services.regions.duty.endpoints import handing, incidents, orders, rosters, watching

# What has a fixed name comes before what is named by its key.
ROUTERS: Final = (watching.router, rosters.router, handing.router, orders.router, incidents.router)
