using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sillage.Accounts.Contracts;
using Sillage.Storage;
using Sillage.Traces.Import.Files;
using Sillage.Traces.Participants;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Import.Tsadk;

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
/// Makes old users participants under their own numbers, with accounts whose passwords are new and stand on a sheet. What
/// is decided for a number is decided for good: somebody who was erased here, or left without an account, is not brought back.
/// </summary>
internal sealed class TsadkUsers(
    IDatabase<TracesModule> database,
    StudyDirectory directory,
    IAccountDirectory accounts,
    TimeProvider clock,
    TsadkImportRequest request,
    TsadkImportSummary summary
)
{
    private const int Chunk = 200;

    private const string LastNumber = "SELECT last_number FROM study WHERE key = @study";
    private const string Identities = "SELECT number, username FROM identity WHERE study = @study";
    private const string Removals = "SELECT participant FROM removal WHERE study = @study AND participant IS NOT NULL";

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

    /// <summary>Enters them, so many at a time; the sheet is on disk before anybody can log in by it.</summary>
    public async Task TakeOverAsync(UserPlan plan, Study study, CancellationToken ct)
    {
        var sheet = new List<ProvisionedParticipant>();
        var path = PrivateFile.Free(
            request.Credentials ?? Path.ChangeExtension(request.File, null) + ".credentials.csv"
        );
        foreach (var chunk in plan.New.Chunk(Chunk))
        {
            var made = await MakeAccountsAsync(chunk, study, ct);
            var participants = chunk
                .Select(p => (Plan: p, Pseudonym: Pseudonym.Create(), Account: made.GetValueOrDefault(p.Number)))
                .ToList();
            sheet.AddRange(
                participants
                    .Where(p => p.Account is not null)
                    .Select(p => new ProvisionedParticipant(
                        p.Plan.Number,
                        p.Account!.Username,
                        p.Account.Password,
                        p.Pseudonym
                    ))
            );
            if (sheet.Count > 0)
            {
                summary.Credentials = path;
                await WriteSheetAsync(path, sheet, ct);
            }

            await EnterAsync(
                study,
                [
                    .. participants.Select(p =>
                        (p.Plan.Number, p.Pseudonym, p.Plan.Existing ?? p.Account?.Id, p.Plan.Username)
                    ),
                ],
                ct
            );
        }
    }

    private async Task<Present> ReadPresentAsync(Study? study, CancellationToken ct)
    {
        if (study is null)
        {
            return new Present(null, 0, new Dictionary<long, string>(), new HashSet<long>());
        }

        var key = new { study = study.Key };
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
        return found is null || (study is not null && found.Id == IdOf(study, user.Id, name))
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

    private async Task<Dictionary<long, ProvisionedAccount>> MakeAccountsAsync(
        IReadOnlyList<NewParticipant> chunk,
        Study study,
        CancellationToken ct
    )
    {
        var asked = chunk
            .Where(p => p is { Username: not null, Existing: null })
            .Select(p => (p.Number, Account: new NewAccount(IdOf(study, p.Number, p.Username!), p.Username!)))
            .ToList();
        if (asked.Count == 0)
        {
            return [];
        }

        // Left from a run that ended here: nobody could ever enter by them.
        var left = await accounts.FindAsync([.. asked.Select(a => a.Account.Id)], ct);
        if (left.Count > 0)
        {
            await accounts.WithdrawAsync([.. left.Keys], ct);
        }

        var made = await accounts.ProvisionAsync([.. asked.Select(a => a.Account)], ct);
        return made.Refused.Count == 0
            ? asked.Zip(made.Accounts).ToDictionary(pair => pair.First.Number, pair => pair.Second)
            : throw new ImportException(
                "Some user names were taken a moment ago: "
                    + string.Join(", ", made.Refused.Keys.Select(place => asked[place].Account.Username))
                    + ". Run the same command again."
            );
    }

    private Task WriteSheetAsync(string path, List<ProvisionedParticipant> sheet, CancellationToken ct) =>
        PrivateFile.WriteAsync(
            path,
            Path.GetExtension(path).StartsWith(".htm", StringComparison.OrdinalIgnoreCase)
                ? CredentialSheet.WriteHtml(sheet, request.Study, request.Address)
                : CredentialSheet.WriteCsv(sheet),
            ct
        );

    /// <summary>Ties them in one unit and enters them in the next: the tie may lie in a file of its own.</summary>
    private async Task EnterAsync(
        Study study,
        IReadOnlyList<(long Number, string Pseudonym, Guid? Account, string? Username)> participants,
        CancellationToken ct
    )
    {
        await database.WriteAsync(
            async unit =>
            {
                foreach (var (number, _, account, username) in participants.Where(p => p.Account is not null))
                {
                    // Left from a run that ended here.
                    await Enrolment.UntieAsync(unit, study.Key, number, ct);
                    await Enrolment.TieAsync(unit, study.Key, number, account!.Value, username!, ct);
                }

                return true;
            },
            ct
        );
        await database.WriteAsync(
            async unit =>
            {
                var now = clock.GetUtcNow();
                foreach (var (number, pseudonym, account, _) in participants)
                {
                    await (
                        account is { } id
                            ? Enrolment.EnterAsync(unit, study.Key, number, pseudonym, id, now, ct)
                            : Enrolment.EnterWithoutAccountAsync(unit, study.Key, number, pseudonym, now, ct)
                    );
                }

                if (request.ConsentOnPaper)
                {
                    await PaperConsent.RecordAsync(unit, study, [.. participants.Select(p => p.Number)], now, ct);
                }

                await Enrolment.ReserveUpToAsync(unit, study.Key, participants[^1].Number, ct);
                await StudyStore.BumpAsync(unit, study.Key, ct);
                var details = JsonSerializer.Serialize(
                    new { first = participants[0].Number, count = participants.Count }
                );
                await unit.AuditAsync(new AuditEntry("participants.imported", null, study.Slug, details), ct);
                unit.OnCommitted(() => directory.Forget(study.Slug));
                return true;
            },
            ct
        );
    }

    /// <summary>The id of the account that is made for a number: the same in every run, so that a broken-off one is seen.</summary>
    private static Guid IdOf(Study study, long number, string username)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"tsadk {study.Slug} {study.CreatedAt.UtcTicks} {number} {username}"
        );
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
