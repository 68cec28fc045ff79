using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sillage.Traces.Intake;
using Sillage.Traces.Query;

namespace Sillage.Traces.Tsadk;

/// <summary>A trace as a TSADK log.</summary>
/// <param name="Uri">Its address; in lists only.</param>
/// <param name="Id">
/// Its place in storage, and none is used twice; of a log that was taken over from an older server, its id there.
/// </param>
/// <param name="UserID">The participant's number; null once he was erased.</param>
/// <param name="Timestamp">As the client wrote it.</param>
/// <param name="Sequence">The client's count; null if it sent none.</param>
/// <param name="RoomName">The field of this name; empty if the trace has none, like the others.</param>
/// <param name="ActionNature">The field of this name.</param>
/// <param name="ActionType">The field of this name.</param>
/// <param name="UserAnswer">The field of this name.</param>
/// <param name="UserError">The field of this name.</param>
public sealed record TsadkLog(
    string? Uri,
    long Id,
    [property: JsonPropertyName("userID"), JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? UserID,
    string Timestamp,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? Sequence,
    string RoomName,
    string ActionNature,
    string ActionType,
    string UserAnswer,
    string UserError
)
{
    internal static string AddressOf(string study, long id) =>
        string.Create(CultureInfo.InvariantCulture, $"{TsadkStudy.AddressOf(study)}/logs/{id}");

    internal static TsadkLog Of(in TraceRow row)
    {
        var texts = new string[TsadkStudy.Fields.Length];
        Array.Fill(texts, "");
        var reader = new Utf8JsonReader(row.Data, new JsonReaderOptions { MaxDepth = int.MaxValue });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var place = PlaceOf(ref reader);
            reader.Read();
            if (place >= 0 && reader.TokenType == JsonTokenType.String)
            {
                texts[place] = reader.GetString()!;
            }

            reader.Skip();
        }

        return new TsadkLog(
            null,
            OldLogId.NumberOf(row.Id) ?? row.Position,
            row.Participant,
            Encoding.UTF8.GetString(row.Timestamp),
            row.Sequence,
            texts[0],
            texts[1],
            texts[2],
            texts[3],
            texts[4]
        );
    }

    private static int PlaceOf(ref Utf8JsonReader reader)
    {
        for (var i = 0; i < TsadkStudy.Fields.Length; i++)
        {
            if (reader.ValueTextEquals(TsadkStudy.Fields[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
