"""What OneVisit costs and how long it takes, measured by programs that anybody can run again."""
