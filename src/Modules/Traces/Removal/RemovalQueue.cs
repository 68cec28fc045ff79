using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Storage;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Removal;

/// <summary>What is to be removed: written down in the unit that decides it, done afterwards by <see cref="RemovalWork"/>.</summary>
internal sealed class RemovalQueue(TimeProvider clock)
{
    private const string Insert = """
        INSERT INTO removal (id, study, participant, account, form, subject, requested_at)
        VALUES (@Id, @Study, @Participant, @Account, @Form, @Subject, @At)
        """;

    /// <summary>Removes a whole study.</summary>
    public Task AddStudyAsync(IUnitOfWork unit, long study, string slug, CancellationToken ct) =>
        AddAsync(unit, study, null, null, ErasureForm.Destroy, slug, ct);

    /// <summary>Removes one participant's tie and, in the form <c>destroy</c>, all that he sent and himself.</summary>
    /// <param name="unit">The unit that decides it.</param>
    /// <param name="study">The study's key.</param>
    /// <param name="participant">The participant's number.</param>
    /// <param name="account">The account, for what is in quarantine under no participant.</param>
    /// <param name="form">What becomes of the records.</param>
    /// <param name="subject">Whom the audit row names in the end: an id, never a name.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task AddParticipantAsync(
        IUnitOfWork unit,
        long study,
        long participant,
        Guid? account,
        ErasureForm form,
        string subject,
        CancellationToken ct
    )
    {
        if (form == ErasureForm.Destroy)
        {
            // What is counted of him is gone at once, and once more when his last trace is.
            await Tallies.ForgetAsync(unit, study, [participant], ct);
        }

        await AddAsync(unit, study, participant, account, form, subject, ct);
    }

    /// <summary>
    /// Takes the account out of what it sent for others: that somebody else sent it is left, and not who. In whichever
    /// study, whether or not the account still has to do with it.
    /// </summary>
    public Task AddSenderAsync(IUnitOfWork unit, Guid account, CancellationToken ct) =>
        AddAsync(unit, 0, 0, account, RemovalWork.Unsign, null, ct);

    private Task AddAsync(
        IUnitOfWork unit,
        long study,
        long? participant,
        Guid? account,
        ErasureForm form,
        string subject,
        CancellationToken ct
    ) =>
        AddAsync(unit, study, participant, account, form == ErasureForm.Destroy ? "destroy" : "anonymise", subject, ct);

    private async Task AddAsync(
        IUnitOfWork unit,
        long study,
        long? participant,
        Guid? account,
        string form,
        string? subject,
        CancellationToken ct
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
                Form = form,
                Subject = subject,
                At = now,
            },
            ct
        );
        await unit.EnqueueAsync(new Remove(), ct: ct);
    }
}
