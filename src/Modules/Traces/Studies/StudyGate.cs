using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Problems;

namespace Sillage.Traces.Studies;

/// <summary>Finds the study that an address names; to whoever may not know of it there is none.</summary>
internal class StudyGate(StudyDirectory directory) : GateMetadata
{
    /// <inheritdoc />
    public override async ValueTask<Problem?> PassAsync(HttpContext context, Caller caller)
    {
        var slug = (string)context.GetRouteValue("study")!;
        if (await directory.FindAsync(slug, caller, context.RequestAborted) is not { } study)
        {
            return Problem.NotFound();
        }

        context.Features.Set<IResource<StudyRights>>(study);
        return Refuse(study);
    }

    /// <summary>Why the routes have nothing of a study that the caller may know of; null if they have.</summary>
    protected virtual Problem? Refuse(Study study) => null;
}
