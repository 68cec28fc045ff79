using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Accounts.People;

/// <summary>Lists accounts, or finds those whose user name, display name or address begins like this.</summary>
internal static class ListUsers
{
    private const int LongestSearch = 254;

    // A prefix is a range of keys, by bytes: everything from it up to it followed by the last character there is.
    private const string Select = $"""
        SELECT {AccountRow.ReadColumns} FROM account
        WHERE username_key > @After
          AND (CAST(@Role AS text) IS NULL OR role = @Role)
          AND (CAST(@From AS text) IS NULL
            OR (username_key >= @From AND username_key < @To)
            OR (display_name_key >= @From AND display_name_key < @To)
            OR (email_key >= @From AND email_key < @To))
        ORDER BY username_key LIMIT @Limit
        """;

    public static void Map(RouteGroupBuilder users) =>
        users
            .MapGet("", Handle)
            .RequirePermission(AccountsPermission.ReadAccounts)
            .WithSummary("List accounts")
            .WithDescription("All accounts in the order of their user names, or those that match.")
            .WithQuery(
                "search",
                "What the user name, display name or e-mail address begins with; case does not count.",
                "player"
            )
            .WithQuery("role", "Only accounts with this role: administrator, researcher or member.", "researcher")
            .Fails(StatusCodes.Status400BadRequest);

    internal static async Task<Results<PageReply<Account>, Problem>> Handle(
        PageRequest page,
        IDatabase<AccountsData> database,
        TimeProvider clock,
        CancellationToken ct,
        string? search = null,
        string? role = null
    )
    {
        if (role is not null && !Role.All.Contains(role, StringComparer.Ordinal))
        {
            return Problem.BadRequest(
                "The role is not known.",
                new FieldError("?role", "administrator, researcher or member.")
            );
        }

        if (search is { Length: > LongestSearch } || search?.Any(char.IsControl) == true)
        {
            return Problem.BadRequest(
                "The search is not valid.",
                new FieldError("?search", $"At most {LongestSearch} characters, no control characters.")
            );
        }

        var from = string.IsNullOrEmpty(search) ? null : search.ToUpperInvariant();
        var rows = await database.ReadAsync(
            reader =>
                reader.QueryAsync<AccountRow>(
                    Select,
                    new
                    {
                        After = page.After<Keys>()?.Username ?? "",
                        Role = role,
                        From = from,
                        To = from + "\U0010FFFF",
                        Limit = page.Limit + 1,
                    },
                    ct
                ),
            ct
        );
        var now = clock.GetUtcNow();
        return PageReply<Account>.Of(
            [.. rows.Select(row => Account.Of(row, now))],
            page,
            account => new Keys(Usernames.Key(account.Username))
        );
    }

    private sealed record Keys(string Username);
}
