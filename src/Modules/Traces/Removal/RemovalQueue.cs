using Sillage.Storage;

namespace Sillage.Traces.Removal;

/// <summary>What is to be removed: written down in the unit that decides it, done afterwards by <see cref="RemovalWorker"/>.</summary>
internal sealed class RemovalQueue(TimeProvider clock) : IDisposable
{
    private const string Insert = """
        INSERT INTO removal (id, study, participant, account, requested_at)
        VALUES (@Id, @Study, @Participant, @Account, @At)
        """;

    private readonly SemaphoreSlim _work = new(0);

    /// <summary>Removes a whole study, or all that one participant sent.</summary>
    public async Task AddAsync(
        IUnitOfWork unit,
        long study,
        long? participant,
        Guid? account,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        await unit.ExecuteAsync(
            Insert,
            new
            {
                Id = Guid.CreateVersion7(now),
                Study = study,
                Participant = participant,
                Account = account,
                At = now,
            },
            cancellationToken
        );
        unit.OnCommitted(() => _work.Release());
    }

    /// <summary>Waits until there is work, or long enough to look whether another process left some.</summary>
    public Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellationToken) =>
        _work.WaitAsync(longest, cancellationToken);

    public void Dispose() => _work.Dispose();
}
