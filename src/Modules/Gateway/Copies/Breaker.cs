namespace Sillage.Gateway.Copies;

/// <summary>
/// Keeps requests from a copy that fails: closed until it has failed so often in a row, then open for a pause, then open save for a
/// single trial, whose outcome closes or opens it again. Each pause is twice the last, up to 32 times the first.
/// </summary>
internal sealed class Breaker(int failures, TimeSpan pause, TimeProvider clock)
{
    private const int Longest = 5;

    private readonly Lock _gate = new();
    private int _failed;
    private int _pauses;
    private DateTimeOffset? _openUntil;
    private bool _isTried;

    /// <summary>Whether anything may go through.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _openUntil is null;
            }
        }
    }

    /// <summary>Takes the one trial.</summary>
    public bool TryTrial()
    {
        lock (_gate)
        {
            return !_isTried && _openUntil <= clock.GetUtcNow() && (_isTried = true);
        }
    }

    /// <summary>The copy answered.</summary>
    public void Succeed()
    {
        lock (_gate)
        {
            (_failed, _pauses, _openUntil, _isTried) = (0, 0, null, false);
        }
    }

    /// <summary>It failed.</summary>
    /// <param name="isTrial">Whether this was the trial: what was under way before counts no more once it is open.</param>
    /// <param name="isGone">Nobody listens there: nothing is to be tried again.</param>
    /// <param name="mayOpen">Whether this may be one failure too many; asked only then, and not where the copy is gone.</param>
    /// <returns>Whether this opened it.</returns>
    public bool Fail(bool isTrial, bool isGone, Func<bool> mayOpen)
    {
        lock (_gate)
        {
            if (_openUntil is not null && !isTrial)
            {
                return false;
            }

            _failed++;
            var wasOpen = _openUntil is not null;
            if (!wasOpen && !isGone && (_failed < failures || !mayOpen()))
            {
                return false;
            }

            _openUntil = clock.GetUtcNow() + pause * (1 << Math.Min(_pauses++, Longest));
            _isTried = false;
            return !wasOpen;
        }
    }

    /// <summary>The trial came to no end: its client left. Another may take its place.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _isTried = false;
        }
    }
}
