using Microsoft.AspNetCore.Http;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Rowing.Squads;

/// <summary>A squad as it is stored, with what one person is in it: it says what that person may do there.</summary>
internal sealed record Squad(
    Guid Id,
    string Name,
    DateTimeOffset CreatedAt,
    string? Role,
    bool? SharesResults,
    bool? SharesLive,
    bool? SharesWorkouts
) : IResource<SquadRights>
{
    public const string Coach = "coach";
    public const string Rower = "rower";

    /// <summary>So many may be in one.</summary>
    public const int MostMembers = 500;

    /// <summary>In so many may one be.</summary>
    public const int MostSquads = 50;

    public const string Select = """
        SELECT s.id, s.name, s.created_at, m.role, m.shares_results, m.shares_live, m.shares_workouts
        FROM squad s LEFT JOIN squad_member m ON m.squad_id = s.id AND m.account_id = @Account
        """;

    private const string SelectOne = $"{Select} WHERE s.id = @Id";

    private const string Others =
        "SELECT account_id FROM squad_member WHERE squad_id = @Squad AND account_id <> @Account";

    private static readonly Sql Lock = new("SELECT 1", "SELECT 1 FROM squad WHERE id = @Id FOR UPDATE");

    public string Called => $"the squad {Id}";

    public bool IsCoach => Role == Coach;

    public Consent Consent => new(SharesResults is true, SharesLive is true, SharesWorkouts is true);

    public SquadRights RightsOf(Caller caller) =>
        Role switch
        {
            Coach => SquadRights.Read | SquadRights.TakePart | SquadRights.Coach,
            Rower => SquadRights.Read | SquadRights.TakePart,
            _ => SquadRights.None,
        };

    public static Task<Squad?> FindAsync(IReader reader, Guid id, Guid account, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<Squad>(SelectOne, new { Id = id, Account = account }, ct);

    /// <summary>Everybody in a squad besides somebody.</summary>
    public static Task<IReadOnlyList<Guid>> OthersAsync(
        IReader reader,
        Guid squad,
        Guid account,
        CancellationToken ct
    ) => reader.QueryAsync<Guid>(Others, new { Squad = squad, Account = account }, ct);

    /// <summary>The squad, nobody else's to change until the unit ends; null if there is none.</summary>
    public static async Task<Squad?> LockAsync(IUnitOfWork unit, Guid id, Guid account, CancellationToken ct)
    {
        await unit.ScalarAsync<long?>(Lock, new { Id = id }, ct);
        return await FindAsync(unit, id, account, ct);
    }

    /// <summary>The same for who held a right when the door let him through a moment ago.</summary>
    /// <exception cref="ProblemException">404 or 403: he holds it no more.</exception>
    public static async Task<Squad> LockAsync(
        IUnitOfWork unit,
        Guid id,
        Caller caller,
        SquadRights needed,
        CancellationToken ct
    )
    {
        var squad = await LockAsync(unit, id, caller.Id, ct);
        return (squad?.RightsOf(caller) ?? SquadRights.None) switch
        {
            SquadRights.None => throw new ProblemException(Problem.NotFound()),
            var held when !held.HasFlag(needed) => throw new ProblemException(
                Problem.Forbidden($"You are no longer what this needs in {squad!.Called}.")
            ),
            _ => squad!,
        };
    }

    public static ValueTask<Squad?> BindAsync(HttpContext context) =>
        ValueTask.FromResult((Squad?)context.Features.Get<IResource<SquadRights>>());
}
