using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sillage.Api.Formats;
using Sillage.Schema;
using Sillage.Traces.Intake;

namespace Sillage.Traces.Tsadk;

/// <summary>What a player did. All eight are needed.</summary>
/// <param name="UserID">The participant's number.</param>
/// <param name="Timestamp">When, by the client's clock; any text of at most 200 characters, kept as it is.</param>
/// <param name="Sequence">The client's count.</param>
/// <param name="RoomName">Where in the game.</param>
/// <param name="ActionNature">What kind of action.</param>
/// <param name="ActionType">Which action; also the trace's name.</param>
/// <param name="UserAnswer">What the player answered.</param>
/// <param name="UserError">What was wrong with it.</param>
public sealed record NewLog(
    [property: JsonPropertyName("userID")] long UserID,
    [property: Required(AllowEmptyStrings = true), StringLength(200)] string Timestamp,
    long Sequence,
    [property: Required(AllowEmptyStrings = true)] string RoomName,
    [property: Required(AllowEmptyStrings = true)] string ActionNature,
    [property: Required(AllowEmptyStrings = true)] string ActionType,
    [property: Required(AllowEmptyStrings = true)] string UserAnswer,
    [property: Required(AllowEmptyStrings = true)] string UserError
)
{
    /// <summary>A log as a trace: named after its action, its texts the data.</summary>
    internal ReadyTrace ToTrace(Guid id, DateTimeOffset receivedAt) =>
        new(
            id,
            UserID,
            Timestamp,
            Rfc3339.TryParse(Timestamp, out DateTimeOffset time) ? time : receivedAt,
            Sequence,
            // A name has 1 to 200 characters, which are at most as many as the text has UTF-16 units.
            ActionType.Length
                is >= 1
                    and <= 200
                ? ActionType
                : "log",
            JsonSerializer.SerializeToUtf8Bytes(
                new
                {
                    RoomName,
                    ActionNature,
                    ActionType,
                    UserAnswer,
                    UserError,
                },
                Json.Options
            )
        );
}
