using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sillage.Storage.Mapping;

/// <summary>How events are written: as the API writes, enums as words.</summary>
internal static class EventJson
{
    // Numbers are read too: earlier versions wrote enums so, and their events may still wait at an upgrade.
    public static JsonSerializerOptions Options { get; } =
        new(JsonSerializerOptions.Web)
        {
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: true) },
        };
}
