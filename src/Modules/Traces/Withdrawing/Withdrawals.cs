using System.Text.Json;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Schema;
using Sillage.Storage;
using Sillage.Traces.Consent;
using Sillage.Traces.PersonalData;
using Sillage.Traces.Removal;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Withdrawing;

/// <summary>Withdraws consent, when it is asked for and again after a restore.</summary>
internal sealed class Withdrawals(
    IDatabase<TracesData> database,
    StudyDirectory directory,
    RemovalQueue removals,
    WithdrawalList list,
    IErasureList erasures,
    TracesPersonalData personalData,
    TimeProvider clock
)
{
    private const string Withdrawn = "consent.withdrawn";

    private const string DeleteTie = "DELETE FROM identity WHERE study = @Study AND number = @Number";

    // What he sent stays to be mended, but no longer says by whom.
    private const string ForgetSender = "UPDATE quarantine SET sender = id WHERE study = @Study AND sender = @Account";

    private const string FindParticipant = """
        SELECT s.slug, p.number FROM participant p JOIN study s ON s.key = p.study WHERE p.pseudonym = @Pseudonym
        """;

    // The record keeps the moment as the list does.
    private const string IsRecorded = """
        SELECT 1 FROM consent
        WHERE study = @Study AND participant = @Number AND NOT given AND recorded_at = @RecordedAt
        """;

    private sealed record Found(string Slug, long Number);

    /// <summary>What is asked for, and what the audit tells of it.</summary>
    /// <param name="Party">Whose consent it is.</param>
    /// <param name="Slug">The study.</param>
    /// <param name="Then">keep, anonymise or destroy.</param>
    /// <param name="Traces">How many traces there are.</param>
    /// <param name="Quarantined">How many more are in quarantine.</param>
    public sealed record Wish(ConsentParty Party, string Slug, string Then, long Traces, long Quarantined)
    {
        /// <summary>Whether a researcher erases the participant, and no consent is taken back by it.</summary>
        public bool Erases { get; init; }

        public ErasureForm Form => Then == "destroy" ? ErasureForm.Destroy : ErasureForm.Anonymise;
    }

    /// <summary>Withdraws a participant's consent, durable when it returns.</summary>
    /// <returns>The erasure that goes with it, under whose id its progress can be read; null where the data are kept.</returns>
    public async Task<Guid?> WithdrawAsync(Study study, long number, Wish wish, CancellationToken ct) =>
        // First into a list: then neither a crash nor a restore right after it can lose it.
        wish.Then == "keep"
            ? await WithdrawAndKeepAsync(study, number, wish, ct)
            : await EraseAsync(study, number, wish, ct);

    /// <summary>Makes a withdrawal of the list hold in what a backup brought back. Doing it twice does no harm.</summary>
    public async Task ApplyAgainAsync(WithdrawalRow row, CancellationToken ct)
    {
        await database.WriteAsync(
            async unit =>
            {
                if (
                    await unit.FirstOrDefaultAsync<Found>(FindParticipant, row, ct) is { } found
                    && await StudyStore.LoadForChangeAsync(unit, found.Slug, ct) is { } study
                    && !await IsThereAsync(unit, study.Key, found.Number, row, ct)
                )
                {
                    await RecordAsync(unit, study, found.Number, "keep", row.Source, row.RecordedAt, ct);
                    var details = new
                    {
                        by = row.Source,
                        then = "keep",
                        afterRestore = true,
                    };
                    await AuditAsync(unit, Withdrawn, null, study.Slug, details, ct);
                    unit.OnCommitted(() => directory.Forget(study.Slug));
                }

                return true;
            },
            ct
        );
        await list.MarkAppliedAsync(row.Id, ct);
    }

    private async Task<Guid?> WithdrawAndKeepAsync(Study study, long number, Wish wish, CancellationToken ct)
    {
        var now = Now();
        var pseudonym = study.PseudonymByNumber[number];
        var row = new WithdrawalRow(Guid.CreateVersion7(now), pseudonym, wish.Party.Source, now);
        await list.RecordAsync(row, ct);
        try
        {
            await MakeAsync(new ErasedParticipation(study.Key, number), wish, now, ct);
        }
        catch
        {
            // What stays on the list without having been done would be done at the next start.
            if (!await database.ReadAsync(r => IsThereAsync(r, study.Key, number, row, default), default))
            {
                await list.TakeBackAsync(row.Id, CancellationToken.None);
            }

            throw;
        }

        await list.MarkAppliedAsync(row.Id, CancellationToken.None);
        return null;
    }

    /// <summary>Ends a participation, and puts it on the list of erasures first: neither a crash nor a restore loses it then.</summary>
    /// <returns>The erasure, under whose id its progress can be read.</returns>
    public async Task<Guid> EraseAsync(Study study, long number, Wish wish, CancellationToken ct)
    {
        var now = Now();
        var participation = await database.ReadAsync(r => ErasedParticipation.FindAsync(r, study.Key, number, ct), ct);
        var part = new ErasedPart(participation.ToString(), wish.Form, now);
        var id = await erasures.RecordPartAsync(personalData.Section, part.Name, wish.Form, ct);
        await erasures.EraseAsync(
            id,
            () => MakeAsync(participation, wish, now, ct),
            stopping => personalData.IsPartErasedAsync(part, stopping)
        );
        return id;
    }

    private Task<bool> MakeAsync(
        ErasedParticipation participation,
        Wish wish,
        DateTimeOffset now,
        CancellationToken ct
    ) =>
        database.WriteAsync(
            async unit =>
            {
                var study = await StudyStore.LoadForChangeAsync(unit, wish.Slug, ct);
                // Another study may have the slug by now.
                if (
                    study?.Key != participation.Study
                    || participation.Number != (wish.Erases ? wish.Party.NamedIn(study) : wish.Party.NumberIn(study))
                )
                {
                    throw new ProblemException(Problem.NotFound());
                }

                var (party, number) = (wish.Party, participation.Number);
                if (!wish.Erases)
                {
                    await RecordAsync(unit, study, number, wish.Then, party.Source, now, ct);
                }

                if (wish.Then != "keep")
                {
                    await CutAsync(unit, study, number, wish.Form, ct);
                }

                // A participant who speaks for himself is named by no id: next to the record, whose row is of the same
                // moment, it would be the tie again.
                var details = new
                {
                    by = party.Source,
                    number = party.OnPaper ? number : (long?)null,
                    then = wish.Then,
                    traces = wish.Traces,
                    quarantined = wish.Quarantined,
                };
                var action = wish.Erases ? "participant.erased" : Withdrawn;
                await AuditAsync(unit, action, party.OnPaper ? party.Caller.Id : null, study.Slug, details, ct);
                await StudyStore.BumpAsync(unit, study.Key, ct);
                unit.OnCommitted(() => directory.Forget(study.Slug));
                return true;
            },
            ct
        );

    /// <summary>Ends the participation: the tie at once, and the rest, if it is to go, by the worker.</summary>
    private async Task CutAsync(IUnitOfWork unit, Study study, long number, ErasureForm form, CancellationToken ct)
    {
        var account = ConsentParty.AccountOf(study, number);
        await removals.AddParticipantAsync(unit, study.Key, number, account, form, study.Slug, ct);
        if (form == ErasureForm.Anonymise && account is not null)
        {
            await unit.ExecuteAsync(ForgetSender, new { Study = study.Key, Account = account }, ct);
        }

        await unit.ExecuteAsync(DeleteTie, new { Study = study.Key, Number = number }, ct);
    }

    private static async Task RecordAsync(
        IUnitOfWork unit,
        Study study,
        long number,
        string then,
        string source,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var last = await ConsentRecord.LastAsync(unit, study.Key, number, ct);
        var version = last?.Version ?? study.Consent?.Terms.Version ?? 0;
        await new ConsentRecord(false, version, source, then, now).AddAsync(unit, study.Key, number, ct);
        await StudyStore.BumpAsync(unit, study.Key, ct);
    }

    private static async Task<bool> IsThereAsync(
        IReader reader,
        long study,
        long number,
        WithdrawalRow row,
        CancellationToken ct
    ) =>
        await reader.ScalarAsync<long?>(
            IsRecorded,
            new
            {
                Study = study,
                Number = number,
                row.RecordedAt,
            },
            ct
        )
            is not null;

    private static Task AuditAsync(
        IUnitOfWork unit,
        string action,
        Guid? actor,
        string slug,
        object details,
        CancellationToken ct
    ) => unit.AuditAsync(new AuditEntry(action, actor, slug, JsonSerializer.Serialize(details, Json.Options)), ct);

    // As precisely as it is stored: the record and the list are compared by it.
    private DateTimeOffset Now() => Rfc3339.ToTime(Rfc3339.ToMicroseconds(clock.GetUtcNow()));
}
