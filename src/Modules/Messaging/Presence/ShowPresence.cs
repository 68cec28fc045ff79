using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Live;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Presence;

/// <summary>About whom one asks.</summary>
/// <param name="Accounts">1 to 100 accounts.</param>
public sealed record PresenceQuestion(
    [property: Required, MinLength(1), MaxLength(PresenceQuestion.Most)] IReadOnlyList<Guid> Accounts
)
{
    internal const int Most = 100;
}

/// <summary>Who is there.</summary>
/// <param name="People">Those of whom one may know: who shares a room with one. The others are left out.</param>
public sealed record PresenceList(IReadOnlyList<PersonPresence> People);

/// <summary>What one's own connection is.</summary>
/// <param name="State"><c>online</c> or <c>away</c>.</param>
public sealed record OwnState([property: Required, RegularExpression("^(online|away)$")] string State);

/// <summary>What a person is, by all connections to this server.</summary>
/// <param name="State"><c>online</c> or <c>away</c>.</param>
public sealed record OwnStateTold(string State);

/// <summary>Whether the others may see when one is there.</summary>
/// <param name="Hidden">Whether one is <c>offline</c> to all others, without a time. Default false.</param>
public sealed record PresenceSetting([property: Required] bool? Hidden);

/// <summary>Shows who is there, and hides oneself.</summary>
internal static class ShowPresence
{
    public static void Map(RouteGroupBuilder presence)
    {
        presence
            .MapGet("/", List)
            .RequirePermission(MessagingPermission.Read)
            .WithSummary("Read who is there")
            .WithDescription("Of the accounts that are named, those who share a room with the caller.")
            .WithQuery("accounts", "The ids of up to 100 accounts, with commas between them.", $"{Guid.Empty}")
            .WithReplyExample(new PresenceList([PersonPresence.Example]));
        presence
            .MapGet("/setting", ShowSetting)
            .RequirePermission(MessagingPermission.Read)
            .WithSummary("Read whether others see when one is there")
            .WithReplyExample(new PresenceSetting(false));
        presence
            .MapPut("/setting", Hide)
            .RequirePermission(MessagingPermission.Read)
            .WithSummary("Hide when one is there, or show it")
            .WithDescription("Who hides is `offline` to all others, without a time.")
            .WithRequestExample(new PresenceSetting(true))
            .WithReplyExample(new PresenceSetting(true));
    }

    public static void Map(LiveEvents live)
    {
        live.Says(LivePresence.Told);
        live.On<OwnState, OwnStateTold>(
            "presence:set",
            "Says whether the person at this connection is away.",
            MessagingPermission.Read,
            SetLive,
            isNamed: false
        );
        live.On<PresenceQuestion, PresenceList>(
            "presence:list",
            "Asks who is there, of people with whom one shares a room.",
            MessagingPermission.Read,
            ListLive,
            isNamed: false
        );
    }

    private static async Task<Results<Reply<PresenceList>, Problem>> List(
        Caller caller,
        Chat chat,
        CancellationToken ct,
        string? accounts = null
    )
    {
        var ids = new List<Guid>();
        foreach (var part in (accounts ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            if (!Guid.TryParseExact(part, "D", out var id) || ids.Count == PresenceQuestion.Most)
            {
                return Problem.BadRequest(
                    "Which accounts?",
                    new FieldError("?accounts", $"1 to {PresenceQuestion.Most} ids, with commas between them.")
                );
            }

            ids.Add(id);
        }

        return Reply.Ok(await ReadAsync(chat, caller, ids, ct));
    }

    private static async Task<PresenceList> ListLive(LiveRequest request, CancellationToken ct) =>
        await ReadAsync(request.Chat, request.Caller, request.Read<PresenceQuestion>().Accounts, ct);

    private static Task<OwnStateTold> SetLive(LiveRequest request, CancellationToken ct)
    {
        var own = request.Read<OwnState>();
        var state = request.Service<LivePresence>().Set(request.Socket, own.State == PresenceState.Away);
        return Task.FromResult(new OwnStateTold(state));
    }

    private static async Task<Reply<PresenceSetting>> ShowSetting(
        Caller caller,
        PresenceLedger ledger,
        CancellationToken ct
    ) => Reply.Ok(new PresenceSetting((await ledger.FindAsync(caller.Id, ct))?.IsHidden ?? false));

    private static async Task<Reply<PresenceSetting>> Hide(
        Body<PresenceSetting> body,
        Caller caller,
        PresenceLedger ledger,
        CancellationToken ct
    )
    {
        await ledger.HideAsync(caller.Id, body.Value.Hidden!.Value, ct);
        return Reply.Ok(body.Value);
    }

    private static async Task<PresenceList> ReadAsync(
        Chat chat,
        Caller caller,
        IReadOnlyCollection<Guid> accounts,
        CancellationToken ct
    ) =>
        new(
            await chat.Database.ReadAsync(
                r => PersonPresence.FindAsync(r, caller.Id, [.. accounts.Distinct()], null, ct),
                ct
            )
        );
}
