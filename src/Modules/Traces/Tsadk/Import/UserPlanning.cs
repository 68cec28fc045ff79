using Sillage.Accounts.Contracts;
using Sillage.Storage;
using Sillage.Traces.Import;
using Sillage.Traces.Import.Files;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk.Import;

/// <summary>A number that becomes a participant.</summary>
/// <param name="Number">The number, there and here.</param>
/// <param name="Username">The account's name; null for none.</param>
/// <param name="Existing">The account, if it is there already.</param>
internal sealed record NewParticipant(long Number, string? Username, Guid? Existing);

/// <summary>What is to become of the old users.</summary>
/// <param name="New">Who is to be entered, by number.</param>
/// <param name="Numbers">The numbers whose logs are taken over.</param>
internal sealed record UserPlan(IReadOnlyList<NewParticipant> New, IReadOnlySet<long> Numbers);

/// <summary>
/// Decides what becomes of the old users. What is decided for a number is decided for good: somebody who was erased here, or
/// left without an account, is not brought back.
/// </summary>
internal sealed class UserPlanning(
    IDatabase<TracesData> database,
    IAccountDirectory accounts,
    TsadkImportRequest request,
    TsadkImportSummary summary
)
{
    private const string LastNumber = "SELECT last_number FROM study WHERE key = @Study";
    private const string Identities = "SELECT number, username FROM identity WHERE study = @Study";
    private const string Removals = "SELECT participant FROM removal WHERE study = @Study AND participant IS NOT NULL";

    private readonly List<string> _withoutAccount = [];
    private readonly List<(OldUser User, string Reason)> _bad = [];

    private sealed record Identity(long Number, string Username);

    /// <summary>What there is in the study already.</summary>
    private sealed record Present(
        Study? Study,
        long LastNumber,
        IReadOnlyDictionary<long, string> Names,
        IReadOnlySet<long> BeingRemoved
    )
    {
        public bool IsErased(long number) =>
            BeingRemoved.Contains(number) || (number <= LastNumber && Study?.HasParticipant(number) != true);
    }

    /// <summary>Decides, and changes nothing.</summary>
    /// <exception cref="ImportException">Somebody cannot be taken over, and it was not said to go on without.</exception>
    public async Task<UserPlan> PlanAsync(IReadOnlyList<OldUser> users, Study? study, CancellationToken ct)
    {
        var mapped = request.UserMap is null ? new Dictionary<long, MappedUser>() : UserMap.Read(request.UserMap);
        var present = await ReadPresentAsync(study, ct);
        var entered = new List<NewParticipant>();
        var numbers = new HashSet<long>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var user in users)
        {
            if (user.Id < 1)
            {
                _bad.Add((user, "Numbers go from 1 up."));
            }
            else if (present.IsErased(user.Id))
            {
                summary.UsersErased++;
            }
            else if (study?.HasParticipant(user.Id) == true)
            {
                numbers.Add(user.Id);
                Recognise(user, present, mapped.GetValueOrDefault(user.Id));
            }
            else
            {
                numbers.Add(user.Id);
                entered.Add(await DecideAsync(user, mapped.GetValueOrDefault(user.Id), study, names, ct));
            }
        }

        summary.UsersAdded = entered.Count(e => e.Username is not null);
        summary.WithoutAccount = _withoutAccount;
        await ReportBadAsync(ct);
        return new UserPlan(entered, numbers);
    }

    private async Task<Present> ReadPresentAsync(Study? study, CancellationToken ct)
    {
        if (study is null)
        {
            return new Present(null, 0, new Dictionary<long, string>(), new HashSet<long>());
        }

        var key = new { Study = study.Key };
        return await database.ReadAsync(
            async r => new Present(
                study,
                await r.ScalarAsync<long>(LastNumber, key, ct),
                (await r.QueryAsync<Identity>(Identities, key, ct)).ToDictionary(i => i.Number, i => i.Username),
                (await r.QueryAsync<long>(Removals, key, ct)).ToHashSet()
            ),
            ct
        );
    }

    private void Recognise(OldUser user, Present present, MappedUser? mapped)
    {
        if (!present.Names.TryGetValue(user.Id, out var name))
        {
            if (user.Name is not null)
            {
                _withoutAccount.Add(
                    $"{user.Name} (number {user.Id}) has none since an earlier run or an erasure, which stays so"
                );
            }
        }
        else if (
            user.Name is null
            || name.Equals(user.Name, StringComparison.OrdinalIgnoreCase)
            || name.Equals(mapped?.Account, StringComparison.OrdinalIgnoreCase)
        )
        {
            summary.UsersKnown++;
        }
        else if (mapped is null)
        {
            _bad.Add(
                (
                    user,
                    $"The number {user.Id} is that of {name} in the study. If that is the same person, name that account."
                )
            );
        }
        else
        {
            throw new ImportException(
                $"{request.UserMap}: the number {user.Id} is that of {name} in the study, so {user.Name} can only be {name}."
            );
        }
    }

    private async Task<NewParticipant> DecideAsync(
        OldUser user,
        MappedUser? mapped,
        Study? study,
        HashSet<string> names,
        CancellationToken ct
    )
    {
        var without = new NewParticipant(user.Id, null, null);
        if (user.Name is null)
        {
            _withoutAccount.Add($"number {user.Id} is gone there and has left logs");
            return without;
        }

        if (mapped is { Account: "" })
        {
            _withoutAccount.Add($"{user.Name} (number {user.Id}) is to have none");
            return without;
        }

        if (user.IsAdministrator && !request.Admins && mapped is null)
        {
            _withoutAccount.Add(
                $"{user.Name} (number {user.Id}) is an administrator there; --admins gives him an ordinary account"
            );
            return without;
        }

        var name = mapped?.Account ?? user.Name;
        var (fault, existing) = await CheckNameAsync(name, user, mapped, study, names, ct);
        if (fault is null)
        {
            return new NewParticipant(user.Id, name, existing);
        }

        _bad.Add((user, fault));
        if (request.LeaveBad)
        {
            _withoutAccount.Add($"{user.Name} (number {user.Id}): {fault}");
        }

        return without;
    }

    private async Task<(string? Fault, Guid? Existing)> CheckNameAsync(
        string name,
        OldUser user,
        MappedUser? mapped,
        Study? study,
        HashSet<string> names,
        CancellationToken ct
    )
    {
        if (accounts.FindFault(name) is { } fault)
        {
            return ($"As a user name '{name}' will not do: {fault}", null);
        }

        if (!names.Add(name))
        {
            return ($"'{name}' is there twice; case does not count.", null);
        }

        var found = await accounts.FindByUsernameAsync(name, ct);
        if (mapped is { Existing: true })
        {
            return found is null ? ($"There is no account '{name}'.", null)
                : study?.NumberByAccount.ContainsKey(found.Id) == true
                    ? ($"The account '{name}' has another number in the study.", null)
                : (null, found.Id);
        }

        // One that a run before this one made and could not enter any more.
        return found is null || (study is not null && found.Id == TsadkUsers.IdOf(study, user.Id, name))
            ? (null, null)
            : (
                $"There is an account '{name}' already. If it is his, write yes under existing; else choose another name.",
                null
            );
    }

    private async Task ReportBadAsync(CancellationToken ct)
    {
        if (_bad.Count == 0 || request.LeaveBad)
        {
            return;
        }

        summary.UserMap = PrivateFile.Free(Path.ChangeExtension(request.File, null) + ".users.csv");
        await UserMap.WriteAsync(summary.UserMap, _bad, ct);
        summary.UsersBad = [.. _bad.Select(b => $"{b.User.Name} (number {b.User.Id}): {b.Reason}")];
        if (!request.DryRun)
        {
            throw new ImportException(
                $"{_bad.Count} users cannot be taken over as they are, and nothing was changed. They are listed in {summary.UserMap}: "
                    + "write the name that each is to have here under account, and run again with --users and that file; or leave them "
                    + $"without accounts with --leave-bad. The first: {summary.UsersBad[0]}"
            );
        }
    }
}
