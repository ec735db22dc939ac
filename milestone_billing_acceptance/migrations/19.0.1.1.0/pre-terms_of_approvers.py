"""Each of the contacts has his own time to answer: before, the time of the request was that of the first one."""

COLUMNS = """
    ALTER TABLE billing_acceptance_approver
        ADD COLUMN IF NOT EXISTS answer_until date,
        ADD COLUMN IF NOT EXISTS deemed_on date,
        ADD COLUMN IF NOT EXISTS remind_on date;
    ALTER TABLE billing_acceptance
        ADD COLUMN IF NOT EXISTS answer_days integer,
        ADD COLUMN IF NOT EXISTS reminder_days integer;
"""
#: Weekdays from the day after it was sent to the last one for an answer, where the milestone does not say it any more.
DAYS = """
    UPDATE billing_acceptance asked
       SET answer_days = COALESCE(NULLIF(own.acceptance_days, 0), (
               SELECT COUNT(*) FROM generate_series(asked.sent_on::date + 1, asked.answer_until, interval '1 day') day
                WHERE extract(isodow FROM day) < 6)),
           reminder_days = COALESCE(own.acceptance_reminder_days, 0)
      FROM billing_acceptance same
      LEFT JOIN billing_milestone own ON own.id = same.milestone_id
     WHERE same.id = asked.id AND asked.answer_until IS NOT NULL
"""
#: Who was asked first was told the days of the request, and may be reminded still. Whose turn came later, and still is,
#: gets his own ones afterwards.
TERMS = """
    UPDATE billing_acceptance_approver approver
       SET answer_until = asked.answer_until, deemed_on = asked.deemed_on,
           remind_on = CASE WHEN approver.reminded_on IS NULL AND NOT EXISTS (
               SELECT FROM billing_acceptance_answer answer WHERE answer.approver_id = approver.id
           ) THEN asked.remind_on END
      FROM billing_acceptance asked
     WHERE asked.id = approver.acceptance_id AND approver.sent_on IS NOT NULL AND asked.answer_until IS NOT NULL
       AND (asked.state != 'open' OR approver.sent_on < asked.sent_on + interval '1 hour' OR EXISTS (
               SELECT FROM billing_acceptance_answer answer WHERE answer.approver_id = approver.id))
"""


def migrate(cr, version):
    """Give those who were asked the days that they were told, and requests the number of days they were sent with."""
    # What was sent is kept by a trigger, which the model makes anew.
    cr.execute("DROP TRIGGER IF EXISTS billing_acceptance_keep_sent ON billing_acceptance")
    cr.execute(COLUMNS)
    cr.execute(DAYS)
    cr.execute(TERMS)
