class NotBillable(Exception):
    """A milestone cannot be billed now, for a reason that a person can mend.

    :param words: takes an environment and returns (reason, remedy) in its language: what is wrong, and what to do
        about it, in the user's words
    """

    def __init__(self, words):
        super().__init__()
        self.words = words
