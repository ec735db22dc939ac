from . import revenue_contract
