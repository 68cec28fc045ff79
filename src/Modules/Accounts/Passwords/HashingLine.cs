using Sillage.Hosting.Limits;

namespace Sillage.Accounts.Passwords;

/// <summary>
/// The line before the processors: as many hash at once as there are places; whoever waits is served in turn of the networks,
/// and in order within one, so that a network which sends hundreds delays another by one hash and not by hundreds.
/// </summary>
internal sealed class HashingLine(int places, int longest, int shareOfNetwork)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<AddressKey, LinkedList<TaskCompletionSource>> _lines = [];
    private readonly LinkedList<AddressKey> _turns = [];
    private int _free = places;
    private int _waiting;

    /// <summary>Waits for a place, which <see cref="Leave"/> gives up again.</summary>
    /// <returns>False at once if too many wait already, in all or of this network.</returns>
    public async ValueTask<bool> EnterAsync(AddressKey network, CancellationToken ct)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            ct.ThrowIfCancellationRequested();
            if (_free > 0)
            {
                _free--;
                return true;
            }

            if (_waiting == longest || (_lines.TryGetValue(network, out var own) && own.Count == shareOfNetwork))
            {
                return false;
            }

            Add(network, waiter);
        }

        await using (ct.UnsafeRegister(_ => GiveUp(network, waiter, ct), null))
        {
            await waiter.Task;
        }

        return true;
    }

    /// <summary>Hands the place to the next.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (_turns.First is not { Value: var network })
            {
                _free++;
                return;
            }

            _turns.RemoveFirst();
            var line = _lines[network];
            var waiter = line.First!.Value;
            line.RemoveFirst();
            _waiting--;
            if (line.Count > 0)
            {
                _turns.AddLast(network);
            }
            else
            {
                _lines.Remove(network);
            }

            waiter.SetResult();
        }
    }

    private void Add(AddressKey network, TaskCompletionSource waiter)
    {
        if (!_lines.TryGetValue(network, out var line))
        {
            _lines.Add(network, line = []);
            _turns.AddLast(network);
        }

        line.AddLast(waiter);
        _waiting++;
    }

    private void GiveUp(AddressKey network, TaskCompletionSource waiter, CancellationToken ct)
    {
        lock (_lock)
        {
            if (!_lines.TryGetValue(network, out var line) || !line.Remove(waiter))
            {
                return;
            }

            _waiting--;
            if (line.Count == 0)
            {
                _lines.Remove(network);
                _turns.Remove(network);
            }
        }

        waiter.SetCanceled(ct);
    }
}
