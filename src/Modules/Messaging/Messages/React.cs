using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Hosting.SocketIO;
using Sillage.Messaging.Live;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Talk;

namespace Sillage.Messaging.Messages;

/// <summary>A reaction to a message.</summary>
/// <param name="Id">The message.</param>
/// <param name="Emoji">One emoji.</param>
public sealed record LiveReaction(Guid Id, [property: Required] string Emoji);

/// <summary>Reacts to messages with emoji, and takes it back.</summary>
internal static class React
{
    private const int MostKinds = 50;

    private const string Insert = """
        INSERT INTO reaction (room_id, seq, emoji, account_id) VALUES (@Room, @Seq, @Emoji, @Account)
        ON CONFLICT (room_id, seq, emoji, account_id) DO NOTHING
        """;

    private const string Delete = """
        DELETE FROM reaction WHERE room_id = @Room AND seq = @Seq AND emoji = @Emoji AND account_id = @Account
        """;

    private const string CountKinds = """
        SELECT COUNT(DISTINCT emoji) FROM reaction WHERE room_id = @Room AND seq = @Seq AND emoji <> @Emoji
        """;

    public static void Map(RouteGroupBuilder messages)
    {
        messages
            .MapPut("/{message:guid}/reactions/{emoji}", Add)
            .RequirePermission(MessagingPermission.Write)
            .RequireRight(RoomRights.Write)
            .WithSummary("React to a message")
            .WithDescription(
                "With one emoji, at most 50 different ones a message. Doing it twice does no more than once."
            )
            .WithReplyExample(Message.Example)
            .Fails(StatusCodes.Status409Conflict);
        messages
            .MapDelete("/{message:guid}/reactions/{emoji}", TakeBack)
            .RequirePermission(MessagingPermission.Write)
            .RequireRight(RoomRights.Write)
            .WithSummary("Take a reaction to a message back")
            .WithReplyExample(Message.Example)
            .Fails(StatusCodes.Status409Conflict);
    }

    public static void Map(LiveEvents live)
    {
        live.On<LiveReaction, Message>(
            "reaction:add",
            "Reacts to a message.",
            MessagingPermission.Write,
            (request, ct) => RunLiveAsync(request, isThere: true, ct)
        );
        live.On<LiveReaction, Message>(
            "reaction:remove",
            "Takes a reaction back.",
            MessagingPermission.Write,
            (request, ct) => RunLiveAsync(request, isThere: false, ct)
        );
    }

    private static async Task<Reply<Message>> Add(
        Room room,
        Guid message,
        string emoji,
        Caller caller,
        Chat chat,
        CancellationToken ct
    ) => Reply.Ok((await RunAsync(room, new LiveReaction(message, emoji), true, caller, chat, ct)).WithLinks());

    private static async Task<Reply<Message>> TakeBack(
        Room room,
        Guid message,
        string emoji,
        Caller caller,
        Chat chat,
        CancellationToken ct
    ) => Reply.Ok((await RunAsync(room, new LiveReaction(message, emoji), false, caller, chat, ct)).WithLinks());

    private static async Task<Message> RunLiveAsync(LiveRequest request, bool isThere, CancellationToken ct)
    {
        var room = await request.RoomAsync(ct, RoomRights.Write);
        return await RunAsync(room, request.Read<LiveReaction>(), isThere, request.Caller, request.Chat, ct);
    }

    private static Task<Message> RunAsync(
        Room room,
        LiveReaction reaction,
        bool isThere,
        Caller caller,
        Chat chat,
        CancellationToken ct
    )
    {
        if (!IsEmoji(reaction.Emoji))
        {
            throw new ProblemException(
                Problem.BadRequest("That is no emoji.", new FieldError("/emoji", "One emoji, without any text."))
            );
        }

        return HeldRoom.RunAsync(
            chat,
            room,
            caller,
            RoomRights.Write,
            async (unit, held) =>
            {
                var row = await MessageRow.GetAsync(unit, room.Id, reaction.Id, ct);
                if (row.DeletedAt is not null)
                {
                    throw new ProblemException(Problem.Conflict("The message is deleted."));
                }

                if (isThere)
                {
                    await Blocking.RefuseAsync(unit, held.Room, caller.Id, ct);
                }

                var parameters = new
                {
                    Room = room.Id,
                    row.Seq,
                    reaction.Emoji,
                    Account = caller.Id,
                };
                if (isThere && await unit.ScalarAsync<long>(CountKinds, parameters, ct) >= MostKinds)
                {
                    throw new ProblemException(Problem.Conflict($"There are {MostKinds} kinds of reactions already."));
                }

                if (await unit.ExecuteAsync(isThere ? Insert : Delete, parameters, ct) > 0)
                {
                    await MessageRow.TouchAsync(unit, held, row.Seq, ct);
                }

                return await MessageRow.ToMessageAsync(
                    unit,
                    await MessageRow.GetAsync(unit, room.Id, reaction.Id, ct),
                    ct
                );
            },
            ct
        );
    }

    /// <summary>Whether a text is one character as people see it, and a symbol rather than a letter.</summary>
    internal static bool IsEmoji(string text) =>
        text.Length is > 0 and <= 32
        && StringInfo.GetNextTextElementLength(text) == text.Length
        && Rune.TryGetRuneAt(text, 0, out var first)
        && (
            Rune.GetUnicodeCategory(first) is UnicodeCategory.OtherSymbol or UnicodeCategory.MathSymbol
            // Keycaps: a digit with the sign that makes it one.
            || (text.EndsWith('\u20e3') && (Rune.IsDigit(first) || first.Value is '#' or '*'))
        );
}
