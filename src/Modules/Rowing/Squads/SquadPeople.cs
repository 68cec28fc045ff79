using Sillage.Accounts.Contracts;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Rowing.Squads;

/// <summary>What people are called. While accounts are away they have no names, and all else goes on.</summary>
internal sealed class SquadPeople(IAccountDirectory accounts)
{
    /// <summary>Each of them, in any case.</summary>
    public async Task<IReadOnlyDictionary<Guid, SquadPerson>> OfAsync(IEnumerable<Guid> ids, CancellationToken ct)
    {
        Guid[] asked = [.. ids.Distinct()];
        IReadOnlyDictionary<Guid, AccountSummary> known = new Dictionary<Guid, AccountSummary>();
        try
        {
            known = asked.Length == 0 ? known : await accounts.FindAsync(asked, ct);
        }
        catch (Exception e) when (e is DatabaseUnavailableException or ProblemException { Problem.Status: 503 })
        {
            // Names are good to have, not needed.
        }

        return asked.ToDictionary(id => id, id => SquadPerson.Of(id, known.GetValueOrDefault(id)));
    }
}
