"""A module leaves a governorate with its data: plan, export, removal, and the way back."""
