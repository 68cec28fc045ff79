using System.Diagnostics.CodeAnalysis;

namespace Sillage.Hosting.Authentication.Checking;

/// <summary>
/// One check for all who bring the same credential at the same moment: a script that opens with many requests at once costs one
/// hash, not one each. It ends with the last of them who waits, so that nothing is computed for somebody who has gone.
/// </summary>
internal sealed class SharedCheck(Func<CancellationToken, Task<CredentialCheck>> run) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _left = new();
    private Task<CredentialCheck>? _check;
    private int _waiting;
    private bool _isOver;

    /// <summary>Waits along; false if it is over, and another is to be begun.</summary>
    public bool TryJoin([NotNullWhen(true)] out Task<CredentialCheck>? check)
    {
        lock (_lock)
        {
            if (_isOver)
            {
                check = null;
                return false;
            }

            _waiting++;
            check = _check ??= run(_left.Token);
            return true;
        }
    }

    /// <summary>Waits no more, whatever came of it.</summary>
    /// <returns>Whether that was the last, and it is over.</returns>
    public bool Leave()
    {
        bool isLast;
        lock (_lock)
        {
            isLast = _isOver = --_waiting == 0;
        }

        if (isLast)
        {
            _left.Cancel();
        }

        return isLast;
    }

    public void Dispose() => _left.Dispose();
}
