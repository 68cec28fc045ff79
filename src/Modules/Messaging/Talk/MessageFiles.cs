using Sillage.Api.Problems;
using Sillage.Files;
using Sillage.Storage;

namespace Sillage.Messaging.Talk;

/// <summary>The files of messages. They go with their message, in the unit that deletes it.</summary>
internal static class MessageFiles
{
    public const string Path = "/api/v1/messaging/files";

    public static FilePlace<MessagingData> Place { get; } = new(Path);

    /// <summary>Attaches what the sender has sent before.</summary>
    /// <exception cref="ProblemException">400: one is not his, is attached already, or is not there any more.</exception>
    public static async Task AttachAsync(
        IUnitOfWork unit,
        MessageRow message,
        IReadOnlyCollection<Guid> files,
        CancellationToken ct
    )
    {
        if (await FileStore.AttachAsync(unit, files, message.SenderId!.Value, message.Id, ct) is { } refused)
        {
            throw new ProblemException(
                Problem.BadRequest(
                    $"The file {refused} cannot be attached.",
                    new FieldError(
                        "/attachments",
                        "Files that you have sent, that wait no longer than a day and belong to no message yet."
                    )
                )
            );
        }
    }
}

/// <summary>Who is in the room reads the files of its messages, for as long as both are there.</summary>
internal sealed class RoomFileReaders : IFileReaders<MessagingData>
{
    private const string IsInTheRoom = """
        SELECT COUNT(*) FROM message m JOIN member b ON b.room_id = m.room_id AND b.account_id = @Account
        WHERE m.id = @Id AND m.deleted_at IS NULL AND b.state = 'in'
        """;

    public async Task<bool> MayReadAsync(IReader reader, Guid attachedTo, Guid account, CancellationToken ct) =>
        await reader.ScalarAsync<long>(IsInTheRoom, new { Id = attachedTo, Account = account }, ct) > 0;
}
