"""The trade: orders, fusion groups, visits, crews. Pure rules, standard library only."""
