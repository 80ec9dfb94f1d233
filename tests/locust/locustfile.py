"""What the master knows: a class for each scenario. Its users are oidcheck's, so the classes have nothing to do."""

from locust import User


class ClientCredentials(User):
    pass
