using Sillage.Hosting.PersonalData;
using Sillage.Storage;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Removal;

/// <summary>What is to be removed: written down in the unit that decides it, done afterwards by <see cref="RemovalWorker"/>.</summary>
internal sealed class RemovalQueue(TimeProvider clock) : IDisposable
{
    private const string Insert = """
        INSERT INTO removal (id, study, participant, account, form, subject, requested_at)
        VALUES (@Id, @Study, @Participant, @Account, @Form, @Subject, @At)
        """;

    private readonly SemaphoreSlim _work = new(0);

    /// <summary>Removes a whole study.</summary>
    public Task AddStudyAsync(IUnitOfWork unit, long study, string slug, CancellationToken cancellationToken) =>
        AddAsync(unit, study, null, null, ErasureForm.Destroy, slug, cancellationToken);

    /// <summary>Removes one participant's tie and, in the form <c>destroy</c>, all that he sent and himself.</summary>
    /// <param name="unit">The unit that decides it.</param>
    /// <param name="study">The study's key.</param>
    /// <param name="participant">The participant's number.</param>
    /// <param name="account">The account, for what is in quarantine under no participant.</param>
    /// <param name="form">What becomes of the records.</param>
    /// <param name="subject">Whom the audit row names in the end: an id, never a name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task AddParticipantAsync(
        IUnitOfWork unit,
        long study,
        long participant,
        Guid? account,
        ErasureForm form,
        string subject,
        CancellationToken cancellationToken
    )
    {
        if (form == ErasureForm.Destroy)
        {
            // What is counted of him is gone at once, and once more when his last trace is.
            await Tallies.ForgetAsync(unit, study, [participant], cancellationToken);
        }

        await AddAsync(unit, study, participant, account, form, subject, cancellationToken);
    }

    private async Task AddAsync(
        IUnitOfWork unit,
        long study,
        long? participant,
        Guid? account,
        ErasureForm form,
        string subject,
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
                Form = form == ErasureForm.Destroy ? "destroy" : "anonymise",
                Subject = subject,
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
