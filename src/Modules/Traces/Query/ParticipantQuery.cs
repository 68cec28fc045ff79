using Microsoft.AspNetCore.Builder;
using Sillage.Api.Documentation;

namespace Sillage.Traces.Query;

/// <summary>The query parameters on participants that many lists share.</summary>
internal static class ParticipantQuery
{
    /// <summary><c>participant</c>: of one only.</summary>
    public static TBuilder WithParticipant<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder =>
        routes.WithQuery(
            "participant",
            "A pseudonym; or a number, with the right 'manage' or 'identities'.",
            "p3k9x2m7q8w1z"
        );

    /// <summary><c>identities</c>: under names.</summary>
    public static TBuilder WithIdentities<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder =>
        routes.WithQuery(
            "identities",
            "true: with each participant's number and user name. Needs the right 'identities' and is audited. Default false."
        );
}
