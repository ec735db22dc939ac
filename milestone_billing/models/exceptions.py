class NotBillable(Exception):
    """A milestone cannot be billed now, for a reason that a person can mend.

    :param str reason: what is wrong, in the user's words
    :param str remedy: what to do about it
    """

    def __init__(self, reason, remedy):
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
