using Sillage.Notifications.Stored;

namespace Sillage.Notifications.Mail;

/// <summary>How handing a mail to the mail server ended.</summary>
internal enum MailEnd
{
    /// <summary>It took the mail.</summary>
    Taken,

    /// <summary>Not now (4xx).</summary>
    NotNow,

    /// <summary>Never (5xx).</summary>
    Never,

    /// <summary>There is no such mailbox (5xx, 5.1.1 and its like): never for anything.</summary>
    NoMailbox,

    /// <summary>The server was not reached, or not usable, before anything was handed over.</summary>
    NotReached,

    /// <summary>The line broke once the mail itself was on its way, and before the answer.</summary>
    NotKnown,
}

/// <summary>How it ended, with what the server said.</summary>
internal sealed record MailOutcome(MailEnd End, string? Detail = null);

/// <summary>What follows from an outcome: the mail's new state, and when to go on if it goes on.</summary>
internal sealed record MailTurn(string State, TimeSpan? Pause)
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan Unreached = TimeSpan.FromSeconds(15);

    /// <summary>How often a critical mail goes out of which it is not known whether it arrived.</summary>
    private const long MostAttempts = 5;

    /// <summary>The next turn.</summary>
    /// <param name="end">How it ended.</param>
    /// <param name="isCritical">Whether twice is better than not at all.</param>
    /// <param name="attempts">How often it was tried, this time included.</param>
    public static MailTurn After(MailEnd end, bool isCritical, long attempts) =>
        end switch
        {
            MailEnd.Taken => new(MailState.Sent, null),
            MailEnd.Never or MailEnd.NoMailbox => new(MailState.Failed, null),
            MailEnd.NotNow => new(MailState.Queued, Growing(attempts)),
            MailEnd.NotReached => new(MailState.Queued, Unreached),
            MailEnd.NotKnown => new(
                MailState.Unknown,
                isCritical && attempts < MostAttempts ? Growing(attempts) : null
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(end)),
        };

    private static TimeSpan Growing(long attempts)
    {
        var pause = First * Math.Pow(2, Math.Min(attempts - 1, 10));
        return pause < Longest ? pause : Longest;
    }
}
