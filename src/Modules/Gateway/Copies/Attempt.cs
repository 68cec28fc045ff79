namespace Sillage.Gateway.Copies;

/// <summary>One request on its way to one copy, and what came of it.</summary>
/// <param name="Copy">Whom it is sent to.</param>
/// <param name="IsTrial">Whether it is the one that the copy's breaker lets through.</param>
internal sealed record Attempt(Copy Copy, bool IsTrial = false)
{
    private bool _isJudged;

    /// <summary>The copy has begun to answer: what comes later, a stream for hours maybe, says no more of it.</summary>
    public void Answer()
    {
        _isJudged = true;
        Copy.Breaker.Succeed();
    }

    /// <summary>It is over.</summary>
    /// <returns>Whether the copy is left out from now on.</returns>
    public bool End(Outcome outcome, Func<bool> mayOpen)
    {
        if (_isJudged)
        {
            return false;
        }

        _isJudged = true;
        switch (outcome)
        {
            case Outcome.Answered:
                Copy.Breaker.Succeed();
                return false;
            case Outcome.ClientLeft:
                if (IsTrial)
                {
                    Copy.Breaker.Leave();
                }

                return false;
            default:
                return Copy.Breaker.Fail(IsTrial, outcome == Outcome.NobodyThere, mayOpen);
        }
    }
}

/// <summary>What came of an attempt.</summary>
internal enum Outcome
{
    /// <summary>There is an answer, whatever it says.</summary>
    Answered,

    /// <summary>Nobody listens there: nothing of the request was sent.</summary>
    NobodyThere,

    /// <summary>There was no connection in time: nothing of the request was sent.</summary>
    NotReached,

    /// <summary>It broke off: what was sent may have been done.</summary>
    BrokeOff,

    /// <summary>It took too long.</summary>
    TookTooLong,

    /// <summary>The client is no longer there, or sent less than it said: nobody's fault here.</summary>
    ClientLeft,
}
