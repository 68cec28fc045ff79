using System.Text;
using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>A trace that was not taken, as it came.</summary>
/// <param name="Id">Its id in quarantine.</param>
/// <param name="Text">What came, if it is UTF-8 text; the first 64 KiB of it.</param>
/// <param name="Base64">What came, if it is not; the first 64 KiB of it.</param>
/// <param name="Masked">
/// Whether the study has marked fields and they were not asked for in the clear: then <c>Text</c> has tokens in their place, and in that of
/// whatever is no field of the study; it is absent where what came is no JSON.
/// </param>
/// <param name="Length">How many bytes came.</param>
/// <param name="Reason">A code that all traces with the same faults share.</param>
/// <param name="Errors">Why it was not taken.</param>
/// <param name="Participant">The number of the participant whom it concerns, if that is known.</param>
/// <param name="Sender">The account that sent it, if that is not the participant's own.</param>
/// <param name="Times">How often the same bytes came from the same sender.</param>
/// <param name="FirstReceivedAt">When it came first: what is put back counts as received then.</param>
/// <param name="ReceivedAt">When it came last.</param>
/// <param name="Links">Where to go from here.</param>
public sealed record QuarantinedTrace(
    Guid Id,
    string? Text,
    string? Base64,
    bool Masked,
    long Length,
    string Reason,
    IReadOnlyList<FieldError> Errors,
    long? Participant,
    Guid? Sender,
    long Times,
    DateTimeOffset FirstReceivedAt,
    DateTimeOffset ReceivedAt,
    Links Links
)
{
    internal static readonly QuarantinedTrace Example = new(
        new Guid("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b59"),
        "{\"name\":\"answered\"}",
        null,
        false,
        19,
        "5c0e2a94b7d1",
        [new FieldError("/timestamp", "This member is needed.")],
        1,
        null,
        1,
        Examples.Time,
        Examples.Time,
        new Links("/api/v1/studies/java-quest/quarantine/01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b59")
        {
            ["put-back"] = "/api/v1/studies/java-quest/quarantine/01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b59/put-back",
        }
    );

    internal static string AddressOf(string slug) => StudyResource.AddressOf(slug) + "/quarantine";

    /// <summary>Where to go on from what was done to many.</summary>
    internal static Links LinksOf(string slug) =>
        new() { ["quarantine"] = AddressOf(slug), ["reasons"] = AddressOf(slug) + "/reasons" };

    // As much of a text as is shown.
    private const int MostShown = 64 * 1024;

    internal static QuarantinedTrace Of(QuarantineRow row, Study study, bool inClear)
    {
        var bytes = inClear ? row.Bytes : QuarantineMask.Apply(row, study);
        bytes = bytes?.Length > MostShown ? bytes[..MostShown] : bytes;
        var shown = bytes?.Length < row.Length ? WholeCharacters(bytes) : bytes;
        var text = bytes is null ? null : ReadText(shown);
        var self = $"{AddressOf(study.Slug)}/{row.Id}";
        return new QuarantinedTrace(
            row.Id,
            text,
            text is null && bytes is not null && inClear ? Convert.ToBase64String(bytes) : null,
            !inClear,
            row.Length,
            row.Reason,
            row.ReadErrors(),
            row.NumberIn(study),
            row.OtherSender(study),
            row.Times,
            row.FirstReceivedAt,
            row.ReceivedAt,
            new Links(self)
            {
                ["content"] = self + "/content",
                ["put-back"] = self + "/put-back",
                ["quarantine"] = AddressOf(study.Slug),
            }
        );
    }

    // Where the text was cut, a character may have been cut in two.
    private static ReadOnlySpan<byte> WholeCharacters(byte[] bytes)
    {
        var end = bytes.Length;
        for (var back = 1; back <= Math.Min(4, bytes.Length); back++)
        {
            if ((bytes[^back] & 0xC0) != 0x80)
            {
                end = bytes[^back] < 0x80 ? end : bytes.Length - back;
                break;
            }
        }

        return bytes.AsSpan(0, end);
    }

    /// <summary>The bytes as text, if they are text that every reader can show, in JSON as in XML.</summary>
    private static string? ReadText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            return text.Any(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r')) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

/// <summary>A rejected trace as it is stored.</summary>
internal sealed record QuarantineRow(
    long Position,
    Guid Id,
    byte[] Bytes,
    long Length,
    string Reasons,
    string Reason,
    long? Participant,
    Guid Sender,
    bool MayName,
    long Times,
    DateTimeOffset FirstReceivedAt,
    DateTimeOffset ReceivedAt
)
{
    public IReadOnlyList<FieldError> ReadErrors() =>
        JsonSerializer.Deserialize<IReadOnlyList<FieldError>>(Reasons, Json.Options) ?? [];

    /// <summary>Whose trace it is: the sender's own number, if he has one in the study, or the one it was sent for.</summary>
    public long? NumberIn(Study study) =>
        Participant ?? (study.NumberByAccount.TryGetValue(Sender, out var number) ? number : null);

    // A participant goes by his number here: number and account side by side are for those who may see identities. And a
    // sender who was erased has left the row's own id in his place.
    public Guid? OtherSender(Study study) => Sender == Id || study.NumberByAccount.ContainsKey(Sender) ? null : Sender;
}
