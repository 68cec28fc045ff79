using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Messaging.Rooms;

/// <summary>A room or conversation as it is stored, with what one person is in it: it says what that person may do there.</summary>
internal sealed record Room(
    Guid Id,
    string? Slug,
    string Name,
    string Kind,
    string Visibility,
    long LastSeq,
    long FirstSeq,
    long LastChange,
    long Change,
    long SlowSeconds,
    long? RetentionDays,
    DateTimeOffset CreatedAt,
    string? Role,
    string? State,
    DateTimeOffset? MutedUntil,
    long? ReadSeq,
    long? UnreadFrom
) : IResource<RoomRights>
{
    public const string Ordinary = "room";
    public const string Direct = "direct";
    public const string Group = "group";
    public const string Public = "public";
    public const string Private = "private";

    private const string Columns = """
        r.id, r.slug, r.name, r.kind, r.visibility, r.last_seq, r.first_seq, r.last_change, r.change, r.slow_seconds,
        r.retention_days, r.created_at, m.role, m.state, m.muted_until, m.read_seq, m.unread_from
        """;

    public const string Select = $"""
        SELECT {Columns} FROM room r LEFT JOIN member m ON m.room_id = r.id AND m.account_id = @Account
        """;

    private const string SelectById = $"{Select} WHERE r.id = @Id";

    private static readonly Sql SelectEach = new(
        SelectById,
        $"""
        SELECT {Columns} FROM unnest(@Id, @Account) WITH ORDINALITY AS asked(id, account, place)
        JOIN room r ON r.id = asked.id LEFT JOIN member m ON m.room_id = r.id AND m.account_id = asked.account
        ORDER BY asked.place
        """
    );

    private const string SelectBySlug = $"{Select} WHERE r.slug = @Slug";

    public string Called => Slug is null ? $"the room {Id}" : $"the room '{Slug}'";

    public bool IsConversation => Kind != Ordinary;

    public bool IsMember => State == Member.In;

    public static Task<Room?> FindAsync(IReader reader, Guid id, Guid account, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<Room>(SelectById, new { Id = id, Account = account }, ct);

    /// <summary>Rooms that there are, each as one person sees it, in the order in which they are asked for.</summary>
    public static Task<IReadOnlyList<Room>> FindEachAsync(
        IReader reader,
        IEnumerable<(Guid Id, Guid Account)> asked,
        CancellationToken ct
    ) => reader.QueryEachAsync<Room>(SelectEach, [.. asked.Select(one => new { one.Id, one.Account })], ct);

    /// <summary>The room of this id or slug, if there is one.</summary>
    public static Task<Room?> FindAsync(IReader reader, string named, Guid account, CancellationToken ct) =>
        Guid.TryParseExact(named, "D", out var id)
            ? FindAsync(reader, id, account, ct)
            : reader.FirstOrDefaultAsync<Room>(
                SelectBySlug,
                new { Slug = named.ToLowerInvariant(), Account = account },
                ct
            );

    public static ValueTask<Room?> BindAsync(HttpContext context) =>
        ValueTask.FromResult((Room?)context.Features.Get<IResource<RoomRights>>());

    public RoomRights RightsOf(Caller caller)
    {
        var rights = State switch
        {
            Member.Banned => Visibility == Public ? RoomRights.See : RoomRights.None,
            Member.In => RoomRights.See | RoomRights.Read | RoomRights.Write | RoomRights.TakePart | ByRole(),
            _ => Visibility == Public ? RoomRights.See | RoomRights.Join : RoomRights.None,
        };
        if (!IsConversation && caller.Can(MessagingPermission.ManageAllRooms))
        {
            rights |= RoomRights.See | RoomRights.Read | RoomRights.Moderate | RoomRights.Own;
            rights |= IsMember ? RoomRights.None : RoomRights.Join;
        }

        return caller.Can(MessagingPermission.Write)
            ? rights
            : rights & ~(RoomRights.Write | RoomRights.Moderate | RoomRights.Own);
    }

    /// <summary>Refuses who does not hold a right that the door has let through a moment ago.</summary>
    /// <exception cref="ProblemException">404 or 403.</exception>
    public void Demand(Caller caller, RoomRights needed)
    {
        var held = RightsOf(caller);
        if (held == RoomRights.None)
        {
            throw new ProblemException(Problem.NotFound());
        }

        if ((held & needed) != needed)
        {
            throw new ProblemException(
                Problem.Forbidden(
                    $"This needs the right '{JsonNamingPolicy.KebabCaseLower.ConvertName(needed.ToString())}' in {Called}."
                )
            );
        }
    }

    private RoomRights ByRole() =>
        Role switch
        {
            Member.Owner => RoomRights.Moderate | RoomRights.Own,
            Member.Moderator => RoomRights.Moderate,
            _ => RoomRights.None,
        };
}
