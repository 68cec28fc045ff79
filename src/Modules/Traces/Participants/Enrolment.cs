using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Traces.Participants;

/// <summary>
/// Enters accounts into a study as participants, in two units: first the tie, then the participant. A participant whose
/// tie is missing could never send a trace, and looks like one whose tie was destroyed; a tie without its participant is
/// of no effect, and is removed at the next start (docs/adr/0063-the-tie-in-a-file-of-its-own.md).
/// </summary>
internal static class Enrolment
{
    private const string Reserve = """
        UPDATE study SET last_number = last_number + @Count WHERE key = @Study RETURNING last_number
        """;

    private const string RaiseLast =
        "UPDATE study SET last_number = @Number WHERE key = @Study AND last_number < @Number";

    private const string InsertParticipant = """
        INSERT INTO participant (study, number, pseudonym, created_at) VALUES (@Study, @Number, @Pseudonym, @Now)
        """;

    private const string InsertIdentity = """
        INSERT INTO identity (study, number, account, username) VALUES (@Study, @Number, @Account, @Username)
        """;

    private const string IsTied =
        "SELECT 1 FROM identity WHERE study = @Study AND number = @Number AND account = @Account";

    private const string LoosenNumber = """
        DELETE FROM identity WHERE study = @Study AND number = @Number AND NOT EXISTS (
          SELECT 1 FROM participant p WHERE p.study = identity.study AND p.number = identity.number)
        """;

    private const string LoosenUnentered = """
        DELETE FROM identity WHERE study = @Study AND account = @Account AND NOT EXISTS (
          SELECT 1 FROM participant p WHERE p.study = identity.study AND p.number = identity.number)
        """;

    /// <summary>Takes numbers that nobody had before.</summary>
    /// <returns>The first of them.</returns>
    public static async Task<long> ReserveAsync(IUnitOfWork unit, long study, long count, CancellationToken ct) =>
        await unit.ScalarAsync<long>(Reserve, new { Count = count, Study = study }, ct) - count + 1;

    /// <summary>Takes a number that is given by somebody else, and all below it.</summary>
    public static Task ReserveUpToAsync(IUnitOfWork unit, long study, long number, CancellationToken ct) =>
        unit.ExecuteAsync(RaiseLast, new { Study = study, Number = number }, ct);

    /// <summary>
    /// Enters a participant whom no account stands behind. Bump the study afterwards. Of the time only the day is kept: to the
    /// microsecond it would lead to the account that was made for it.
    /// </summary>
    public static Task EnterWithoutAccountAsync(
        IUnitOfWork unit,
        long study,
        long number,
        string pseudonym,
        DateTimeOffset now,
        CancellationToken ct
    ) =>
        unit.ExecuteAsync(
            InsertParticipant,
            new
            {
                Study = study,
                Number = number,
                Pseudonym = pseudonym,
                Now = Coarse.DayOf(now),
            },
            ct
        );

    /// <summary>Takes back a tie to a number whose participant was not entered after all.</summary>
    public static Task UntieAsync(IUnitOfWork unit, long study, long number, CancellationToken ct) =>
        unit.ExecuteAsync(LoosenNumber, new { Study = study, Number = number }, ct);

    /// <summary>Ties an account to a number. It takes effect once <see cref="EnterAsync"/> has entered the participant.</summary>
    /// <exception cref="UniqueViolationException">The account takes part in the study already.</exception>
    public static async Task TieAsync(
        IUnitOfWork unit,
        long study,
        long number,
        Guid account,
        string username,
        CancellationToken ct
    )
    {
        await unit.ExecuteAsync(LoosenUnentered, new { Study = study, Account = account }, ct);
        await unit.ExecuteAsync(
            InsertIdentity,
            new
            {
                Study = study,
                Number = number,
                Account = account,
                Username = username,
            },
            ct
        );
    }

    /// <summary>Enters an account that was tied in an earlier unit. Bump the study afterwards.</summary>
    /// <exception cref="ProblemException">409: the tie is gone, since somebody else entered the same account.</exception>
    public static async Task EnterAsync(
        IUnitOfWork unit,
        long study,
        long number,
        string pseudonym,
        Guid account,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var tied = await unit.ScalarAsync<long?>(
            IsTied,
            new
            {
                Study = study,
                Number = number,
                Account = account,
            },
            ct
        );
        if (tied is null)
        {
            throw new ProblemException(
                Problem.Conflict("The participant was being entered by somebody else too. Send the request again.")
            );
        }

        await EnterWithoutAccountAsync(unit, study, number, pseudonym, now, ct);
    }

    /// <summary>Takes back ties whose participants were not entered after all; those that were stay.</summary>
    public static Task UntieAsync(
        IDatabase<TracesData> database,
        long study,
        IReadOnlyCollection<Guid> accounts,
        CancellationToken ct
    ) =>
        database.WriteAsync(
            async unit =>
            {
                foreach (var account in accounts)
                {
                    await unit.ExecuteAsync(LoosenUnentered, new { Study = study, Account = account }, ct);
                }

                return true;
            },
            ct
        );
}
