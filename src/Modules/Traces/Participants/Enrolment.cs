using Sillage.Storage;

namespace Sillage.Traces.Participants;

/// <summary>Enters accounts into a study as participants.</summary>
internal static class Enrolment
{
    private const string Reserve = """
        UPDATE study SET last_number = last_number + @count WHERE key = @study RETURNING last_number
        """;

    private const string InsertParticipant = """
        INSERT INTO participant (study, number, pseudonym, created_at) VALUES (@study, @number, @pseudonym, @now)
        """;

    private const string InsertIdentity = """
        INSERT INTO identity (study, number, account, username) VALUES (@study, @number, @account, @username)
        """;

    /// <summary>Takes numbers that nobody had before.</summary>
    /// <returns>The first of them.</returns>
    public static async Task<long> ReserveAsync(IUnitOfWork unit, long study, long count, CancellationToken ct) =>
        await unit.ScalarAsync<long>(Reserve, new { count, study }, ct) - count + 1;

    /// <summary>Enters one account under a number. Bump the study afterwards.</summary>
    public static async Task EnterAsync(
        IUnitOfWork unit,
        long study,
        long number,
        string pseudonym,
        Guid account,
        string username,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        await unit.ExecuteAsync(
            InsertParticipant,
            new
            {
                study,
                number,
                pseudonym,
                now,
            },
            ct
        );
        await unit.ExecuteAsync(
            InsertIdentity,
            new
            {
                study,
                number,
                account,
                username,
            },
            ct
        );
    }
}
